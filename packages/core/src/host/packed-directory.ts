import { constants, mkdirSync, writeFileSync } from "node:fs"
import { lstat, mkdir, open, readdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { mostArtifact } from "../artifact-store/sealed-entry.js"
import type { Plaintext } from "../backend.js"
import {
  archiveLength,
  archiveLimits,
  comparePaths,
  isArchivePath,
  layOutArchive,
  type PlannedEntry,
  readArchive,
} from "./directory-archive.js"

/**
 * Packs the folders and regular files below `path`. Links, sockets and the like are left out, and so are names that
 * aren't text. To be closed.
 *
 * @throws RangeError for more than an archive can hold, and when a file shrinks meanwhile; what the system throws.
 */
export async function packDirectory(path: string, allocate: (byteLength: number) => Plaintext): Promise<Plaintext> {
  const entries: PlannedEntry[] = []
  await collect(path, "", entries)
  entries.sort(comparePaths)
  const byteLength = archiveLength(entries)
  if (byteLength > mostArtifact) throw new RangeError(`A folder of ${byteLength} bytes is too large to be kept.`)
  const archive = allocate(byteLength)
  try {
    const rooms = layOutArchive(entries, archive.bytes)
    for (const [i, entry] of entries.entries()) {
      if (entry.byteLength !== undefined) await readInto(join(path, entry.path), rooms[i] as Uint8Array)
    }
    return archive
  } catch (error) {
    archive.close()
    throw error
  }
}

/**
 * Unpacks into `path`, which isn't there, or is an empty folder: files for their owner only. Nothing is written unless
 * the whole archive is sound, no link is followed and no file replaced; on failure nothing stays but the folder.
 *
 * @throws TypeError when there is something already; RangeError for what is no archive; what the system throws.
 */
export async function unpackDirectory(path: string, archive: Uint8Array): Promise<void> {
  const entries = readArchive(archive)
  await mkdir(path, { recursive: true, mode: 0o700 })
  if ((await readdir(path)).length > 0)
    throw new TypeError("A folder is restored where there is none, or an empty one.")
  try {
    // The folder is in memory: thousands of trips to another thread take longer than what they do there.
    for (const { path: name, bytes } of entries) {
      if (bytes === undefined) mkdirSync(join(path, name), { mode: 0o700 })
      else writeFileSync(join(path, name), bytes, { flag: "wx", mode: 0o600 })
    }
  } catch (error) {
    for (const name of await readdir(path)) await rm(join(path, name), { recursive: true, force: true })
    throw error
  }
}

async function collect(root: string, folder: string, entries: PlannedEntry[]): Promise<void> {
  for (const name of await readdir(join(root, folder))) {
    const path = folder === "" ? name : `${folder}/${name}`
    // What readdir couldn't decode has a U+FFFD, and isn't found again.
    const status = isArchivePath(path) ? await lstat(join(root, path)).catch(() => undefined) : undefined
    if (status?.isDirectory()) {
      entries.push({ path })
      await collect(root, path, entries)
    } else if (status?.isFile()) {
      entries.push({ path, byteLength: status.size })
    }
    if (entries.length > archiveLimits.entries) throw new RangeError("A folder has too many files to be kept.")
  }
}

async function readInto(path: string, target: Uint8Array): Promise<void> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  try {
    for (let at = 0; at < target.length; ) {
      const { bytesRead } = await file.read(target, at, target.length - at, at)
      if (bytesRead === 0) throw new RangeError("A file became shorter while its folder was packed.")
      at += bytesRead
    }
  } finally {
    await file.close()
  }
}
