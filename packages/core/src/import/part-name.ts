import { StrongroomError } from "../errors.js"
import { limits } from "../format/limits.js"

/** Half a character, which UTF-8 can't hold. */
export const unpairedSurrogate = /\p{Surrogate}/u

/**
 * True for what spec/sealed-model.md allows as a part's name: a relative path, components between single slashes, none
 * empty, `.` or `..`, without backslash, colon or control characters, at most 1,024 bytes of UTF-8.
 */
export function isPartName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\\:\u0000-\u001f\u007f]/.test(name) || unpairedSurrogate.test(name)) return false
  if (name.split("/").some((component) => component === "" || component === "." || component === "..")) return false
  return new TextEncoder().encode(name).length <= limits.mostName
}

/**
 * Refuses names of parts that a sealed model can't hold. `what` says what they are, in the plural.
 *
 * @throws StrongroomError `import-failed`, which counts the names and doesn't show them.
 */
export function checkPartNames(names: readonly string[], what: string): void {
  const bad = names.filter((name) => !isPartName(name)).length
  if (bad > 0) {
    throw new StrongroomError(
      "import-failed",
      `${bad} of ${names.length} ${what} can't be parts of a sealed model: their paths must be relative, downwards, ` +
        `with single slashes and without ".", "..", backslashes and colons, of at most ${limits.mostName} bytes. ` +
        "Save the model again with all its files beside or below it.",
    )
  }
  const distinct = new Set(names).size
  if (distinct < names.length) {
    throw new StrongroomError("import-failed", `${names.length} ${what} have only ${distinct} different names.`)
  }
  if (names.length > limits.mostParts) {
    throw new StrongroomError(
      "import-failed",
      `There are ${names.length} ${what}, but a sealed model holds at most ${limits.mostParts} parts.`,
    )
  }
}
