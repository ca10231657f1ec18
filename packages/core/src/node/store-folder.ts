import * as fs from "node:fs/promises"
import { join } from "node:path"
import { StrongroomError } from "../errors.js"
import { makeFolder } from "./make-folder.js"
import { statusOf } from "./status-of.js"

/** A file of a store's, as it is found. */
export interface StoredFile {
  readonly name: string
  /** Absent: a file that is being written, or what a process that was killed left of one. */
  readonly key?: string
  readonly byteLength: number
  /** Milliseconds since 1970. */
  readonly lastUsed: number
}

const keyForm = /^[0-9a-f]{64}$/
const artifactForm = /^([0-9a-f]{64})\.artifact$/
const partialForm = /^\.strongroom-[0-9a-f]{24}\.part$/

/** No write takes longer: older files without a key are what was left of one. Milliseconds. */
export const partialAge = 60 * 60 * 1000
/** The last use is told no finer. Milliseconds. */
const touchInterval = 60 * 1000

/** @throws TypeError for what is no key: it would be a path. */
export function storedName(key: string): string {
  if (typeof key !== "string" || !keyForm.test(key)) throw new TypeError("A store's key is 64 hex digits, lower case.")
  return `${key}.artifact`
}

/** Makes the folder where there is none. @throws StrongroomError `store-failed` for one that can't be relied on. */
export async function ownFolder(path: string): Promise<void> {
  if (await checkFolder(path)) return
  await makeFolder(path, 0o700)
  await checkFolder(path)
}

/** False: there is none. @throws StrongroomError `store-failed` for one that can't be relied on. */
export async function checkFolder(path: string): Promise<boolean> {
  const status = await statusOf(path)
  if (status === undefined) return false
  if (status.isSymbolicLink()) throw unusable("its folder is a symbolic link")
  if (!status.isDirectory()) throw unusable("its folder is something else")
  const user = process.geteuid?.()
  if (user === undefined) return true
  if (status.uid !== user) throw unusable("its folder belongs to another user")
  if ((status.mode & 0o022) !== 0) throw unusable("others can write in its folder")
  return true
}

/** The store's files, and nothing else that is there; what vanishes meanwhile isn't. */
export async function storedFiles(path: string): Promise<StoredFile[]> {
  const names = (await fs.readdir(path)).filter((name) => artifactForm.test(name) || partialForm.test(name))
  const files: StoredFile[] = []
  // Not all at once: each takes one of libuv's threads.
  for (const name of names) {
    const status = await statusOf(join(path, name))
    if (!status?.isFile()) continue
    const key = artifactForm.exec(name)?.[1]
    files.push({ name, ...(key !== undefined && { key }), byteLength: status.size, lastUsed: status.mtimeMs })
  }
  return files
}

/** Notes the use of a file, if the last isn't a moment ago and the system lets it. */
export async function touch(path: string): Promise<void> {
  const status = await statusOf(path).catch(() => undefined)
  if (!status?.isFile() || Date.now() - status.mtimeMs < touchInterval) return
  const now = new Date()
  await fs.lutimes(path, now, now).catch(() => {})
}

function unusable(cause: string): StrongroomError {
  return new StrongroomError(
    "store-failed",
    `The artifact store can't be used: ${cause}. Name another folder, or let it be one of this user's alone (0700).`,
  )
}
