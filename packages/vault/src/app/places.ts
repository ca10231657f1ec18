import { readFile } from "node:fs/promises"
import { resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { StrongroomError } from "@strongroom/core"

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

/** A small public file of the app's, such as a publisher's key. @throws StrongroomError `source-missing`, `source-unreadable` */
export async function readSmall(path: string, what: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw new StrongroomError("source-missing", `${what}: there is no file ${path}. Check the path`, { cause: error })
    }
    const reason = (error as NodeJS.ErrnoException).code ?? "unknown error"
    throw new StrongroomError("source-unreadable", `${what}: ${path} can't be read as a file (${reason})`, {
      cause: error,
    })
  }
}

function describe(value: unknown): string {
  if (value instanceof URL) return `a ${value.protocol} URL`
  return typeof value === "string" ? JSON.stringify(value) : String(value)
}
