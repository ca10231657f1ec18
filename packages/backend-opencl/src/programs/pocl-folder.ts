import { randomUUID } from "node:crypto"
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { join, sep } from "node:path"
import type { Host } from "@strongroom/core/backend"
import type { Context, Device } from "@strongroom/opencl/objects"
import { lockFile } from "./file-lock.js"

/**
 * The folder that PoCL keeps compiled kernels in, of this process and all its sessions: two letters, in them a folder for
 * each program, named by a digest of its source and options, in it bitcode and a shared library for each kernel and each
 * work-group size. PoCL runs any library that lies in it.
 */
export interface PoclFolder {
  /** The programs in it, as paths. */
  programs(): Promise<readonly string[]>
  /** Paths of all that lies in a program's folder, sorted: another list when something was compiled since. */
  contents(program: string): Promise<string>
  /** Runs `action` while no other session of this process does. */
  exclusively<T>(action: () => Promise<T>): Promise<T>
  /** Calls `use` with a copy of a program's folder, below the session's own. */
  withCopy<T>(program: string, use: (path: string) => Promise<T>): Promise<T>
  /**
   * Has `restore` make a folder below the session's own, and moves what is in it here: the program, if one was there. Not
   * while another session is in {@link exclusively}, which would take it for what it has made.
   */
  add(restore: (path: string) => Promise<boolean>): Promise<string | undefined>
}

const letters = /^[A-P]{2}$/
const digest = /^[A-P]{37}$/

/** Undefined for other drivers, and outside of a vault, where PoCL's folder is the user's own. */
export function poclFolder(context: Context, host: Host): PoclFolder | undefined {
  const home = process.env.XDG_CACHE_HOME
  const { directory } = host
  const isPocl = (context.devices[0] as Device).platform.name === "Portable Computing Language"
  if (!isPocl || process.env.POCL_CACHE_DIR !== undefined) return undefined
  if (home === undefined || directory === undefined || !directory.startsWith(home + sep)) return undefined
  const cache = join(home, "pocl", "kcache")
  const named = () => `pocl-${randomUUID()}`

  async function programs(): Promise<readonly string[]> {
    const groups = await namesIn(cache, letters)
    const lists = groups.map(async (group) =>
      (await namesIn(join(cache, group), digest)).map((name) => join(group, name)),
    )
    return (await Promise.all(lists)).flat()
  }

  async function exclusively<T>(action: () => Promise<T>): Promise<T> {
    const file = await open(join(home as string, "pocl-building"), "a", 0o600)
    try {
      await lockFile(file.fd)
      return await action()
    } finally {
      await file.close()
    }
  }

  return {
    programs,
    async contents(program) {
      const entries = await readdir(join(cache, program), { recursive: true }).catch(() => [])
      return entries.sort().join("\n")
    },
    exclusively,
    async withCopy(program, use) {
      const name = named()
      try {
        await copyFolder(join(cache, program), join(directory, name, program))
        return await use(join(directory, name))
      } finally {
        await rm(join(directory, name), { recursive: true, force: true })
      }
    },
    async add(restore) {
      const name = named()
      const root = join(directory, name)
      try {
        if (!(await restore(root))) return undefined
        const [group = ""] = await namesIn(root, letters)
        const [found] = await namesIn(join(root, group), digest)
        if (found === undefined) return undefined
        const program = join(group, found)
        await mkdir(join(cache, group), { recursive: true, mode: 0o700 })
        // Another session of this process may have it already, and use it.
        await exclusively(() => rename(join(root, program), join(cache, program)).catch(() => {}))
        return program
      } finally {
        await rm(root, { recursive: true, force: true })
      }
    },
  }
}

/** Without modes and times, which the vault's filter doesn't let anybody set. */
async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 })
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) await copyFolder(source, target)
    else await writeFile(target, await readFile(source), { mode: 0o600 })
  }
}

async function namesIn(folder: string, form: RegExp): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => form.test(name))
}
