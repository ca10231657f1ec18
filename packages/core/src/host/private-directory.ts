import { mkdir, mkdtemp, open, rm } from "node:fs/promises"
import { dirname, isAbsolute, join, resolve, sep } from "node:path"
import type { Plaintext } from "../backend.js"
import { StrongroomError } from "../errors.js"
import { packDirectory, unpackDirectory } from "./packed-directory.js"

/** A folder in which an engine that takes only paths finds its parts, and keeps what its driver keeps in folders. */
export interface PrivateDirectory {
  /** Absolute. */
  readonly path: string
  /** A new folder for one session, for its owner only. */
  create(): Promise<PartFolder>
  /** @throws TypeError for a path that isn't absolute, or isn't below this folder. */
  checkInside(path: string): void
  /** A folder below this one in one piece, to be closed. */
  pack(path: string, allocate: (byteLength: number) => Plaintext): Promise<Plaintext>
  /** Makes a folder below this one of what `pack` gave; there is none before, or an empty one. */
  unpack(path: string, archive: Uint8Array): Promise<void>
}

/** The parts of one session that were written out. */
export interface PartFolder {
  /** Writes a part's bytes, for its owner only, and gives the absolute path. On failure nothing stays. */
  write(name: string, pieces: AsyncIterable<Uint8Array>): Promise<string>
  /** Removes the folder and all in it. Safe twice. */
  remove(): Promise<void>
}

/**
 * `path`, an existing folder, as a place for parts. Whoever made it removes it, and answers for who can read it: it
 * should be memory-backed, since removing a file doesn't erase it from a disk.
 */
export function privateDirectory(path: string): PrivateDirectory {
  if (!isAbsolute(path)) throw new TypeError("A private directory is an absolute path.")
  return {
    path,
    async create() {
      // mkdtemp makes it 0700.
      const folder = await mkdtemp(join(path, "session-"))
      return {
        write: (name, pieces) => writePart(folder, name, pieces),
        remove: () => rm(folder, { recursive: true, force: true }),
      }
    },
    checkInside(inner) {
      if (isAbsolute(inner) && resolve(inner).startsWith(resolve(path) + sep)) return
      throw new TypeError("A folder that is saved or restored is an absolute path below host.directory.")
    },
    pack: packDirectory,
    unpack: unpackDirectory,
  }
}

async function writePart(folder: string, name: string, pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const path = resolve(folder, name)
  if (!path.startsWith(folder + sep)) {
    throw new StrongroomError("manifest-invalid", "The name of a part isn't a path below its folder.")
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  // "wx": a name that differs only in case must not replace its neighbour, nor a link be followed.
  const file = await open(path, "wx", 0o600)
  try {
    for await (const piece of pieces) await file.writeFile(piece)
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
  return path
}
