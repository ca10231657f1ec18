import { chmod, lstat, mkdtemp, readdir, rm, statfs } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { privateDirectoryName } from "../channel/directory-name.js"
import { isAlive, type Owner, thisProcess } from "./owner.js"

/** Magic numbers of file systems in memory, statfs(2): tmpfs and ramfs. */
const inMemory: readonly number[] = [0x01021994, 0x858458f6]

const prefix = "strongroom-"

/**
 * Makes an empty directory of mode 0700 for one vault: in memory if there is such a file system that this user may
 * write, else among the temporary files. Its name tells whose it is, so that {@link sweep} can remove what a process
 * left that was killed together with its vault.
 */
export async function makePrivateDirectory(): Promise<string> {
  const owner = thisProcess()
  const failures: string[] = []
  for (const parent of await parents()) {
    try {
      const path = await mkdtemp(join(parent, `${prefix}${owner.namespace}-${owner.pid}-${owner.started}-`))
      await chmod(path, 0o700)
      return path
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error))
    }
  }
  throw new Error(failures.join("; "))
}

/** Removes what {@link leftDirectories} finds, and says how many. */
export async function sweep(): Promise<number> {
  let count = 0
  for (const path of await leftDirectories()) {
    try {
      await removeDirectory(path)
      count++
    } catch {
      // Another process sweeps too.
    }
  }
  return count
}

/**
 * Private directories of vaults whose app has ended without removing them: it was killed together with its vault. Only
 * directories of this user, and no links.
 */
export async function leftDirectories(): Promise<string[]> {
  return (await Promise.all((await parents()).map(leftIn))).flat()
}

async function leftIn(parent: string): Promise<string[]> {
  const left: string[] = []
  for (const name of await readdir(parent).catch(() => [])) {
    const owner = ownerOf(name)
    if (!owner || isAlive(owner)) continue
    const path = join(parent, name)
    // Its vault may just have removed it.
    const stat = await lstat(path).catch(() => undefined)
    if (stat?.isDirectory() && stat.uid === process.getuid?.()) left.push(path)
  }
  return left
}

/** Removes it with all that is in it; links in it are removed, not followed. Nothing there is no error. */
export async function removeDirectory(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 })
}

function ownerOf(name: string): Owner | undefined {
  const [, namespace, pid, started] = privateDirectoryName.exec(name) ?? []
  return namespace && pid && started ? { namespace, pid: Number(pid), started } : undefined
}

/** Where a private directory may be made, best first; the temporary directory is always among them. */
async function parents(): Promise<readonly string[]> {
  const candidates = [process.env.XDG_RUNTIME_DIR, "/dev/shm"]
  const usable: string[] = []
  for (const path of candidates) {
    if (path?.startsWith("/") && !usable.includes(path) && (await isUsable(path))) usable.push(path)
  }
  return [...usable, tmpdir()]
}

/** In memory, and either this user's own or a place with the sticky bit, where nobody can move another's directory. */
async function isUsable(path: string): Promise<boolean> {
  try {
    const [stat, system] = await Promise.all([lstat(path), statfs(path)])
    const safe = stat.uid === process.getuid?.() || (stat.mode & 0o1000) !== 0
    return stat.isDirectory() && safe && inMemory.includes(system.type)
  } catch {
    return false
  }
}
