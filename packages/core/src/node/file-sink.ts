import { randomBytes } from "node:crypto"
import type { Stats } from "node:fs"
import * as fs from "node:fs/promises"
import { dirname, join, resolve } from "node:path"
import { StrongroomError } from "../errors.js"
import type { Sink } from "../source/sink.js"
import { statusOf } from "./status-of.js"
import { systemCause, systemCode } from "./system-error.js"

export interface FileSinkOptions {
  /** Permissions of the file, exactly. Default: 0o666 less the process's umask. */
  readonly mode?: number
  /** Replace a file that exists; of a symbolic link, the link itself. Default: false. */
  readonly overwrite?: boolean
}

/**
 * Writes a file of this machine, whole or not at all. Bytes go to a new file with an unpredictable name in the same
 * folder, made by the first write; `commit()` brings it to the disk and gives it its name in one step. Only a process
 * that is killed leaves that file (`.strongroom-*.part`) behind.
 *
 * @throws StrongroomError `sink-failed` from `write` and `commit`: `path` exists already, the disk is full, and so on.
 *   After a failed `commit` nothing is left; after a failed `write` only `abort()` may follow.
 */
export function fileSink(path: string, options: FileSinkOptions = {}): Sink {
  if (typeof path !== "string" || path === "") throw new TypeError("fileSink needs a path.")
  const { mode, overwrite = false } = options
  if (mode !== undefined && !(Number.isInteger(mode) && mode >= 0 && mode <= 0o777)) {
    throw new RangeError("`mode` must be permissions from 0 to 0o777.")
  }
  // A process may change its folder while it writes.
  const target = resolve(path)
  const folder = dirname(target)
  const partial = join(folder, `.strongroom-${randomBytes(12).toString("hex")}.part`)

  let state: "open" | "committing" | "committed" | "aborted" = "open"
  let opening: Promise<fs.FileHandle> | undefined
  let committing: Promise<void> | undefined
  let failure: unknown
  const writes = new Set<Promise<void>>()

  async function open(): Promise<fs.FileHandle> {
    checkTarget(await statusOf(target), path, overwrite)
    // Exclusive: neither a file nor a symbolic link that somebody put there is ever followed.
    return fs.open(partial, "wx", mode ?? 0o666)
  }

  async function writeAll(offset: number, bytes: Uint8Array): Promise<void> {
    opening ??= open()
    const file = await opening
    let written = 0
    while (written < bytes.length) {
      const { bytesWritten } = await file.write(bytes, written, bytes.length - written, offset + written)
      if (bytesWritten === 0) throw failed(path, "the system takes no more bytes")
      written += bytesWritten
    }
  }

  async function remove(): Promise<void> {
    const file = await opening?.catch(() => undefined)
    await Promise.allSettled(writes)
    if (file === undefined) return
    await file.close().catch(() => {})
    await fs.rm(partial, { force: true })
  }

  function checkOpen(): void {
    if (state !== "open") throw new TypeError(`This sink is ${state}.`)
  }

  /** Runs one step; its failure, in plain words, is that of every later step too. */
  async function step(work: () => Promise<void>): Promise<void> {
    if (failure !== undefined) throw failure
    try {
      await work()
    } catch (error) {
      const code = systemCode(error)
      failure ??= code === undefined ? error : failed(path, systemCause(code), error)
      throw failure
    }
  }

  async function finish(): Promise<void> {
    await Promise.all(writes)
    opening ??= open()
    const file = await opening
    if (mode !== undefined) await file.chmod(mode)
    await file.sync()
    await file.close()
    await publish(partial, target, path, overwrite)
    await syncFolder(folder)
  }

  return {
    async write(offset, bytes) {
      if (!Number.isSafeInteger(offset) || offset < 0) throw new RangeError("An offset must be an integer from 0.")
      checkOpen()
      const writing = step(() => writeAll(offset, bytes))
      writes.add(writing)
      try {
        await writing
      } finally {
        writes.delete(writing)
      }
    },
    async commit() {
      checkOpen()
      state = "committing"
      committing = step(finish)
      try {
        await committing
        state = "committed"
      } catch (error) {
        state = "aborted"
        await remove()
        throw error
      }
    },
    async abort() {
      await committing?.catch(() => {})
      if (state === "committing" || state === "committed") return
      state = "aborted"
      await remove()
    },
  }
}

/** Gives the finished file its name. Without `overwrite`, also a file that appeared meanwhile is kept. */
async function publish(partial: string, target: string, path: string, overwrite: boolean): Promise<void> {
  if (overwrite) {
    checkTarget(await statusOf(target), path, overwrite)
    await fs.rename(partial, target)
    return
  }
  try {
    // rename(2) replaces what is there, link(2) refuses to.
    await fs.link(partial, target)
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined || !withoutLinks.has(code)) throw code === "EEXIST" ? exists(path) : error
    await publishWithoutLink(partial, target, path)
    return
  }
  await fs.unlink(partial)
}

/** What file systems say that have no hard links, such as FAT and some network ones. */
const withoutLinks = new Set(["EPERM", "EACCES", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "UNKNOWN", "EXDEV"])

/** Takes the name with an empty file, which fails when there is one, then replaces that. */
async function publishWithoutLink(partial: string, target: string, path: string): Promise<void> {
  try {
    await (await fs.open(target, "wx")).close()
  } catch (error) {
    throw systemCode(error) === "EEXIST" ? exists(path) : error
  }
  try {
    await fs.rename(partial, target)
  } catch (error) {
    await fs.rm(target, { force: true })
    throw error
  }
}

/** Brings the new name to the disk where folders can be synchronised: not on Windows, not where they can't be read. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.open(folder, "r").catch(() => undefined)
  await handle?.sync().catch(() => {})
  await handle?.close().catch(() => {})
}

function checkTarget(status: Stats | undefined, path: string, overwrite: boolean): void {
  if (status === undefined) return
  if (status.isDirectory()) throw failed(path, "it is a folder. Name a file in it")
  if (!overwrite) throw exists(path)
  if (!status.isFile() && !status.isSymbolicLink()) throw failed(path, "it isn't a file")
}

function exists(path: string): StrongroomError {
  return failed(path, "it exists already. Choose another name, or say --force (`overwrite: true`) to replace it")
}

function failed(path: string, cause: string, error?: unknown): StrongroomError {
  return new StrongroomError("sink-failed", `${path} can't be written: ${cause}.`, { cause: error })
}
