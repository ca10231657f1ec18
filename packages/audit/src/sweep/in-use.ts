import { readdir, readFile, readlink } from "node:fs/promises"
import { join } from "node:path"

/** Files and folders that processes have open, mapped, or as their working directory: those that this user may ask. */
export async function openPaths(): Promise<ReadonlySet<string>> {
  const paths = new Set<string>()
  const processes = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name))
  for (const pid of processes) {
    const links = (await readdir(`/proc/${pid}/fd`).catch(() => [])).map((name) => join("/proc", pid, "fd", name))
    for (const link of [...links, `/proc/${pid}/cwd`]) {
      const path = await readlink(link).catch(() => undefined)
      if (path?.startsWith("/")) paths.add(path)
    }
    const maps = await readFile(`/proc/${pid}/maps`, "utf8").catch(() => "")
    for (const [, path] of maps.matchAll(/ (\/.*)$/gm)) if (path) paths.add(path)
  }
  return paths
}
