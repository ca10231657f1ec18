import { constants } from "node:fs"
import * as fs from "node:fs/promises"
import { join } from "node:path"
import { systemCode } from "./system-error.js"

/** Absent on Windows, where there are no such links and pipes among files. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY } = constants

/**
 * A regular file's bytes; `undefined` where there is none, or one of more than `maxBytes`, or a link, or a pipe, for which
 * nobody waits.
 */
export async function readFile(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  let file: fs.FileHandle
  try {
    file = await fs.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch (error) {
    const code = systemCode(error)
    if (code === "ENOENT" || code === "ELOOP" || code === "ENXIO") return undefined
    throw error
  }
  try {
    const status = await file.stat()
    if (!status.isFile() || status.size > maxBytes) return undefined
    const bytes = new Uint8Array(status.size)
    let length = 0
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return bytes.subarray(0, length)
  } finally {
    await file.close()
  }
}

/** Writes `bytes` to `partial`, brings them to the disk and gives them their name, in place of what was there. */
export async function writeWhole(folder: string, partial: string, name: string, bytes: Uint8Array): Promise<void> {
  // Exclusive: neither a file nor a link that somebody put there is ever followed.
  const file = await fs.open(partial, "wx", 0o600)
  try {
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await fs.rename(partial, join(folder, name))
  } catch (error) {
    await fs.rm(partial, { force: true }).catch(() => {})
    throw error
  }
}
