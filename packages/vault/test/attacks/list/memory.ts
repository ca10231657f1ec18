import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Attack, Outcome, Scene } from "../attack.js"
import { ptraceDenied } from "../machine.js"
import { needlesIn, scan } from "../scan.js"
import { hasProgram, runAsUser, steal } from "../user-program.js"
import { descendants, type Kind } from "../victim.js"

/** Makes one try on each process that holds the model, and searches what it brought. */
async function onEach(scene: Scene, kind: Kind, way: "readv" | "ptrace"): Promise<Outcome> {
  const victim = await scene.shared(kind)
  const folder = scene.stage.makeFolder(way)
  const tried = victim.pids().flatMap((pid) => steal(scene.stage, way, pid, join(folder, `dump-${pid}`)))
  return { taken: needlesIn(scan(scene.stage, [folder])), tried }
}

export const attacks: readonly Attack[] = [
  {
    title: "/proc/PID/mem of every process of the user, and swap",
    stoppedBy: "not dumpable, and its memory is the parent user namespace's: EACCES",
    takes: ["identity", "weights"],
    missing: ptraceDenied,
    async run(scene, kind) {
      const victim = await scene.shared(kind)
      const pids = [victim.app.pid ?? 0, ...descendants(victim.app.pid ?? 0)]
      const { found, processes, refused, swap } = scan(scene.stage, [], true)
      const here = found.filter(({ where }) => pids.some((pid) => where === `process ${pid}`))
      return {
        taken: [...new Set(here.map(({ needle }) => needle))],
        tried: [
          ...pids.map((pid) => `process ${pid}: ${processes.includes(pid) ? "read" : refused[pid]}`),
          ...Object.entries(swap).map(([path, code]) => `swap ${path}: ${code}`),
        ],
      }
    },
  },
  {
    title: "process_vm_readv",
    stoppedBy: "the same: EPERM",
    takes: ["identity", "weights"],
    missing: ptraceDenied,
    run: (scene, kind) => onEach(scene, kind, "readv"),
  },
  {
    title: "process_vm_writev",
    stoppedBy: "the same: EPERM",
    takes: ["its memory, to write"],
    missing: ptraceDenied,
    async run(scene, kind) {
      const victim = await scene.shared(kind)
      const tried = victim.pids().flatMap((pid) => steal(scene.stage, "writev", pid))
      return { taken: tried.some((one) => one.endsWith(": done")) ? ["its memory, to write"] : [], tried }
    },
  },
  {
    title: "a debugger attached to the running process (ptrace)",
    stoppedBy: "the same: EPERM",
    takes: ["identity", "weights"],
    missing: ptraceDenied,
    run: (scene, kind) => onEach(scene, kind, "ptrace"),
  },
  {
    title: "gdb, and its gcore",
    stoppedBy: "the same: gdb can't attach",
    takes: ["identity", "weights"],
    missing: ptraceDenied ?? (hasProgram("gcore") ? undefined : "there is no gcore: install gdb"),
    async run(scene, kind) {
      const victim = await scene.shared(kind)
      const folder = scene.stage.makeFolder("gcore")
      const tried = victim.pids().map((pid) => {
        const { status, stderr } = runAsUser(scene.stage, gdb(pid, join(folder, `core-${pid}`)))
        const refusal = /ptrace: [^.\n]*/.exec(stderr)?.[0]
        return `gdb: ${refusal ?? `status ${status}`}`
      })
      return { taken: needlesIn(scan(scene.stage, [folder])), tried }
    },
  },
]

/**
 * The whole core takes a minute, because gcore writes what Node only reserves too, 10 GiB: so, unless all is to be done,
 * gdb writes only what the process can write.
 */
function gdb(pid: number, to: string): readonly string[] {
  if (process.env.STRONGROOM_FULL) return ["gcore", "-o", to, String(pid)]
  const dumps = writable(pid).flatMap(([from, end]) => ["-ex", `append binary memory ${to} 0x${from} 0x${end}`])
  return ["gdb", "-batch", "-nx", "-p", String(pid), ...dumps]
}

function writable(pid: number): readonly (readonly [from: string, to: string])[] {
  try {
    const lines = readFileSync(`/proc/${pid}/maps`, "latin1").split("\n")
    return lines.flatMap((line) => {
      const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? []
      return from && to ? [[from, to] as const] : []
    })
  } catch {
    return []
  }
}
