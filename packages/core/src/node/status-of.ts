import type { Stats } from "node:fs"
import { lstat } from "node:fs/promises"
import { systemCode } from "./system-error.js"

/** What lies at `path`, of a link the link itself; `undefined` where nothing does. Any other trouble is thrown as it is. */
export async function statusOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined
    throw error
  }
}
