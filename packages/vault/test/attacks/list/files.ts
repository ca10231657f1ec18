import { readdirSync } from "node:fs"
import { join } from "node:path"
import type { Attack } from "../attack.js"
import { ptraceDenied } from "../machine.js"
import { noNamespaces } from "../namespaces.js"
import { needlesIn, scan } from "../scan.js"
import { steal } from "../user-program.js"

/** An engine that has the weights in a file of its private directory, open. */
const engine = { file: true }

export const attacks: readonly Attack[] = [
  {
    title: "/proc/PID/fd, map_files, cwd, root and the rest of /proc/PID, and pidfd_getfd",
    stoppedBy: "its folders in /proc are root's (EACCES); pidfd_getfd asks what ptrace asks (EPERM)",
    takes: ["weights"],
    missing: ptraceDenied,
    async run(scene, kind) {
      const victim = await scene.start(kind, { engine })
      const folder = scene.stage.makeFolder("files")
      const tried = victim.pids().flatMap((pid) => steal(scene.stage, "files", pid, join(folder, `files-${pid}`)))
      return { taken: needlesIn(scan(scene.stage, [folder])), tried: [...new Set(tried)] }
    },
  },
  {
    title: "the private directory, /dev/shm and all other places for files, read from outside",
    stoppedBy: "the private directory is on a tmpfs of its own mount namespace",
    takes: ["weights"],
    missing: noNamespaces,
    async run(scene, kind) {
      const victim = await scene.start(kind, { engine })
      const { found, files } = scan(scene.stage)
      const inFiles = found.filter(({ where }) => where.startsWith("/"))
      const folders = readdirSync("/dev/shm").filter((name) => name.startsWith("strongroom-"))
      return {
        taken: [...new Set(inFiles.map(({ needle }) => needle))],
        tried: [`${files} files, and ${folders.length} vaults' folders in /dev/shm`, `${victim.told.length} steps`],
      }
    },
  },
]
