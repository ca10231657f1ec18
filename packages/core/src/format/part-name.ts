import { limits } from "./limits.js"

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
