import { resolve } from "node:path"
import { fileURLToPath } from "node:url"

/**
 * The absolute path that a user's path or `file:` URL names. The vault's working directory is another one.
 *
 * @throws TypeError for anything else; `what` begins its message.
 */
export function pathOf(place: string | URL, what: string): string {
  if (typeof place === "string" && !place.startsWith("file://")) {
    if (place.length > 0 && !place.includes("\0")) return resolve(place)
  } else if (place instanceof URL ? place.protocol === "file:" : typeof place === "string") {
    return fileURLToPath(place)
  }
  throw new TypeError(`${what} must be a path or a file: URL. Got ${describe(place)}`)
}

function describe(value: unknown): string {
  if (value instanceof URL) return `a ${value.protocol} URL`
  return typeof value === "string" ? JSON.stringify(value) : String(value)
}
