import { randomBytes } from "node:crypto"
import * as fs from "node:fs/promises"
import { join, resolve } from "node:path"
import type { ArtifactEntry, ArtifactStore } from "../artifact-store/artifact-store.js"
import { StrongroomError } from "../errors.js"
import { artifactFolder } from "./cache-folder.js"
import { readFile, writeWhole } from "./store-file.js"
import { checkFolder, ownFolder, partialAge, type StoredFile, storedFiles, storedName, touch } from "./store-folder.js"
import { systemCause, systemCode } from "./system-error.js"

export interface FileStoreOptions {
  /** How much is kept, in bytes, counted when something is put: what was used longest ago goes first. Default: 1 GiB. */
  readonly maxBytes?: number
  /** How long what isn't used is kept, in milliseconds. Default: 90 days. */
  readonly maxAge?: number
}

const defaultMaxBytes = 2 ** 30
const defaultMaxAge = 90 * 24 * 60 * 60 * 1000

/** So many are put before the folder is looked at again for what other processes put there. */
const putsBetweenLooks = 32

/**
 * Artifacts as files, each `KEY.artifact`, for its owner only (0600), in a folder that is made when it is first needed,
 * for its owner only (0700). For the cache policy `sealed`: what it is given must be ciphertext. Several processes may
 * share the folder. A file is written under another name, brought to the disk and renamed, so that no other ever shows
 * half of it; what a killed process left of one is removed after an hour. A symbolic link is never followed, neither in
 * the folder nor as the folder itself.
 *
 * Every function rejects with the StrongroomError `store-failed` when the system refuses: the folder is somebody else's,
 * the disk is full, the mount read-only. Misuse is a TypeError.
 *
 * @param folder Default: {@link artifactFolder}.
 */
export function fileStore(folder?: string, options: FileStoreOptions = {}): ArtifactStore {
  if (folder !== undefined && (typeof folder !== "string" || folder === "")) {
    throw new TypeError("fileStore() takes a folder's path, or none for this user's own.")
  }
  const { maxBytes = defaultMaxBytes, maxAge = defaultMaxAge } = options
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 0) throw new RangeError("maxBytes is an integer from 0.")
  if (!(maxAge >= 0)) throw new RangeError("maxAge is a number of milliseconds from 0.")
  // A process may change its folder while it runs.
  const given = folder === undefined ? undefined : resolve(folder)
  /** What was there at the last look, with what was put since. */
  let bytesThere = Number.POSITIVE_INFINITY
  let putsSinceLook = 0

  async function evict(path: string): Promise<void> {
    if (bytesThere <= maxBytes && putsSinceLook < putsBetweenLooks) return
    const now = Date.now()
    const files = await storedFiles(path)
    files.sort((a, b) => b.lastUsed - a.lastUsed)
    let kept = 0
    let isFull = false
    for (const { name, key, byteLength, lastUsed } of files) {
      // What has no key may be another process's write under way: it goes by its age alone.
      isFull ||= key !== undefined && kept + byteLength > maxBytes
      const goes = key === undefined ? now - lastUsed > partialAge : isFull || now - lastUsed > maxAge
      if (goes) await fs.rm(join(path, name), { force: true })
      else if (key !== undefined) kept += byteLength
    }
    bytesThere = kept
    putsSinceLook = 0
  }

  return {
    get: (key) =>
      step(async () => {
        const name = storedName(key)
        const path = pathOf(given)
        if (!(await checkFolder(path))) return undefined
        const bytes = await readFile(join(path, name), maxBytes)
        if (bytes !== undefined) await touch(join(path, name))
        return bytes
      }),
    put: (key, bytes) =>
      step(async () => {
        const name = storedName(key)
        if (bytes.length > maxBytes) return
        const path = pathOf(given)
        await ownFolder(path)
        await writeWhole(path, join(path, `.strongroom-${randomBytes(12).toString("hex")}.part`), name, bytes)
        bytesThere += bytes.length
        putsSinceLook++
        // What can't be looked at or removed now may be the next time: this one is kept.
        await evict(path).catch(() => {})
      }),
    delete: (key) =>
      step(async () => {
        const name = storedName(key)
        const path = pathOf(given)
        if (await checkFolder(path)) await fs.rm(join(path, name), { force: true })
      }),
    list: () =>
      step(async () => {
        const path = pathOf(given)
        const files = (await checkFolder(path)) ? await storedFiles(path) : []
        return files.flatMap(asEntry)
      }),
  }
}

function pathOf(given: string | undefined): string {
  return given ?? artifactFolder()
}

function asEntry({ key, byteLength, lastUsed }: StoredFile): readonly ArtifactEntry[] {
  return key === undefined ? [] : [{ key, byteLength, lastUsed: new Date(lastUsed) }]
}

/** Runs one function of a store; what the system refuses comes out in plain words. */
async function step<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    throw new StrongroomError("store-failed", `The artifact store can't be used: ${systemCause(code)}.`, {
      cause: error,
    })
  }
}
