import { type BigIntStats, lstatSync, readdirSync, realpathSync, rmdirSync, rmSync } from "node:fs"
import { basename } from "node:path"
import { privateDirectoryName } from "../channel/directory-name.js"

/** The vault's private directory, which goes away with it. */
export interface OwnDirectory {
  /** Removes it with all that is in it, also where it was moved to. Never throws: the app, or the next vault, sees to it. */
  remove(): void
}

/**
 * `path` as the directory to remove. `undefined` unless it surely was made for this vault: the working directory, this
 * user's, for nobody else, and of such a name. Whoever starts the vault's file by hand must not lose a folder by it.
 */
export function ownDirectory(path: string): OwnDirectory | undefined {
  const found = lookAt(path)
  if (!found || !isSame(found, lookAt(".")) || !isPrivate(found)) return undefined
  if (!privateDirectoryName.test(basename(path))) return undefined
  return {
    remove() {
      try {
        if (isSame(found, lookAt(path))) rmSync(path, { recursive: true, force: true, maxRetries: 2 })
        else if (isSame(found, lookAt("."))) removeMoved()
      } catch {
        // See above.
      }
    },
  }
}

/** The working directory stays within reach under whatever name it has got. */
function removeMoved(): void {
  for (const name of readdirSync(".")) rmSync(name, { recursive: true, force: true })
  // Asks the system: process.cwd() is what it was.
  rmdirSync(realpathSync.native("."))
}

function lookAt(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true })
  } catch {
    return undefined
  }
}

function isSame(one: BigIntStats, other: BigIntStats | undefined): boolean {
  return one.isDirectory() && one.dev === other?.dev && one.ino === other.ino
}

function isPrivate({ uid, mode }: BigIntStats): boolean {
  return process.platform === "win32" || (Number(uid) === process.getuid?.() && (mode & 0o7777n) === 0o700n)
}
