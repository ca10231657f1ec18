import { fork } from "node:child_process"
import { once } from "node:events"
import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { type Secrets, scanProcess } from "../../../../packages/vault/test/process-memory.js"
import type { AtStage, Place, Stage } from "./stages.js"

const child = fileURLToPath(new URL("./copies/child.js", import.meta.url))

/** The process that holds the model, seen from outside at a stage. */
export interface Look {
  /** Resident now, in MiB. */
  readonly residentMiB: number
  /** The most that was ever resident, in MiB. */
  readonly peakMiB: number
  /** How many times the windows were found, divided by how many there are; `undefined` where nobody looked. */
  readonly copies: number | undefined
}

/** What is looked for; `undefined` where another process's memory can't be read. */
type Windows = Secrets | undefined

async function look(pid: number, windows: Windows): Promise<Look> {
  const status = await readFile(`/proc/${pid}/status`, "latin1")
  const mebibytes = (field: string) => Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024
  const sizes = { residentMiB: mebibytes("VmRSS"), peakMiB: mebibytes("VmHWM") }
  if (windows === undefined) return { ...sizes, copies: undefined }
  const { hits, windows: count } = scanProcess(pid, windows)
  return { ...sizes, copies: hits / count }
}

/** Looks at a fresh process at every stage; into its memory from the load on. */
export async function lookAtStages(
  place: Place,
  name: string,
  folder: string,
  windows: Windows,
): Promise<{ readonly [Name in Stage]: Look }> {
  const running = fork(child, [place, name, folder])
  const ended = once(running, "exit")
  const looks: Partial<Record<Stage, Look>> = {}
  running.on("message", async ({ stage, pid }: AtStage) => {
    looks[stage] = await look(pid, stage === "ready" ? undefined : windows)
    running.send("go on")
  })
  const [status] = await ended
  const { ready, loaded, ran, closed } = looks
  if (status !== 0 || !ready || !loaded || !ran || !closed) throw new Error(`${name}, ${place}, ended with ${status}.`)
  return { ready, loaded, ran, closed }
}
