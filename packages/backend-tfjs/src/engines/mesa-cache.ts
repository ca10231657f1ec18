import { randomUUID } from "node:crypto"
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { dirname, join, sep } from "node:path"
import type { Artifacts, Host } from "@strongroom/core/backend"
import type { Compiled } from "../runtime.js"
import { takeTurn } from "./turn.js"

/**
 * By which Mesa, in any version, keeps one file for each shader (its docs/envvars.rst): a file that is put there after the
 * driver has started is found. In its newer way, a database, it isn't.
 */
export const mesaEnvironment = { MESA_DISK_CACHE_MULTI_FILE: "1" }

const key = "mesa-shader-cache"

/** The first byte of a digest, and the rest (src/util/disk_cache_os.c). Beside them are an index and a marker. */
const entryForm = /^[0-9a-f]{2}\/[0-9a-f]{38}$/

/**
 * Gives Mesa's drivers (Intel's and AMD's on Linux, and lavapipe) what was kept of a model's shaders, and keeps what they
 * add. Their folder belongs to the whole vault: while a second model is open in it, nothing tells whose a shader is, and
 * none is kept, so that nothing of a model gets into what belongs to another's recipient.
 *
 * `count` says how much was compiled for this model so far: while that stays, the folder isn't looked at.
 *
 * @returns undefined outside of a vault, where the folder is the user's own.
 */
export async function mesaCache(host: Host, artifacts: Artifacts, count: () => number): Promise<Compiled | undefined> {
  const home = process.env.XDG_CACHE_HOME
  const { directory } = host
  if (home === undefined || directory === undefined || !directory.startsWith(home + sep)) return undefined
  const folder = join(home, "mesa_shader_cache")
  const aside = join(directory, `mesa-${randomUUID()}`)
  const turn = await takeTurn(join(home, "webgpu-models"))
  const others = new Set(await entriesIn(folder))
  await restore()
  let countThen = count()
  let keptCount = (await own()).length

  async function restore(): Promise<void> {
    if (!(await artifacts.restoreDirectory(key, aside))) return
    for (const entry of await entriesIn(aside)) {
      await mkdir(dirname(join(folder, entry)), { recursive: true, mode: 0o700 })
      await rename(join(aside, entry), join(folder, entry))
      others.delete(entry)
    }
    await rm(aside, { recursive: true, force: true })
  }

  /** What is this model's if no other was open. */
  async function own(): Promise<readonly string[]> {
    return (await entriesIn(folder)).filter((entry) => !others.has(entry))
  }

  async function save(): Promise<void> {
    const entries = await own()
    if (entries.length === keptCount || !(await turn.isAlone())) return
    try {
      for (const entry of entries) await copy(join(folder, entry), join(aside, entry))
      await artifacts.saveDirectory(key, aside)
      keptCount = entries.length
    } catch {
      host.observe("cache.policy", { couldNotBeKept: "shaders" })
    } finally {
      await rm(aside, { recursive: true, force: true })
    }
  }

  return {
    async keep() {
      const now = count()
      if (now === countThen) return
      countThen = now
      await save()
    },
    async close() {
      // The driver writes on a thread of its own: what came after the last run is there by now.
      await save()
      await turn.end()
    },
  }
}

async function entriesIn(folder: string): Promise<readonly string[]> {
  const paths = await readdir(folder, { recursive: true }).catch(() => [])
  return paths.filter((path) => entryForm.test(path))
}

/** Without modes and times, which the vault's filter doesn't let anybody set. */
async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 })
  await writeFile(to, await readFile(from), { mode: 0o600 })
}
