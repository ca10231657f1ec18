import { StrongroomError } from "../errors.js"
import { limits } from "../format/limits.js"
import { isPartName } from "../format/part-name.js"

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
