import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { ordinaryUser } from "../ordinary-user.js"
import { until } from "../support.js"
import type { Stage } from "./stage.js"

/** Who is attacked: the model in a vault, or in a process that opens it by itself with default settings. */
export type Kind = "vault" | "unprotected"

/** What program/app.mjs tells. */
export interface Told {
  readonly state: "opened" | "loaded" | "ran" | "closed" | "failed"
  readonly code?: string
  readonly message?: string
  readonly facts?: { readonly [name: string]: unknown }
  readonly values?: readonly number[]
  readonly guarantees?: readonly (readonly [id: string, state: string])[]
}

export interface VictimSettings {
  /** Beside PATH and HOME. */
  readonly environment?: { readonly [name: string]: string }
  /** Default: the home. */
  readonly workingDirectory?: string
  /** A program, with its arguments, that starts the app. */
  readonly launcher?: readonly string[]
  /** Node's own options. */
  readonly node?: readonly string[]
  /** Options of program/engine.mjs. */
  readonly engine?: object
  /** Further settings of program/app.mjs. */
  readonly app?: object
  /** Wait only for this. Default: "ran". A victim that has failed is given, too. */
  readonly until?: Told["state"] | "spawned"
}

export interface Victim {
  readonly kind: Kind
  readonly app: ChildProcess
  /** All that it told, in order. */
  readonly told: readonly Told[]
  /** All that it printed: standard output and error. */
  output(): Buffer
  /** The processes that hold the model, or are on the way to: the app's own, or the vault's. */
  pids(): readonly number[]
  /** What it tells next of `state`, after an action that brings it about. Also given: "failed". */
  next(state: Told["state"], action?: () => void): Promise<Told>
  /** Runs the model once more. */
  run(): Promise<Told>
  /** Ends it in good order. */
  finish(): Promise<void>
  /** Ends it and all of its processes, and waits until they are gone. */
  kill(): Promise<void>
}

export async function startVictim(stage: Stage, kind: Kind, settings: VictimSettings = {}): Promise<Victim> {
  const { environment, launcher = [], node = [], engine, app: more, workingDirectory = stage.home } = settings
  const command = [
    ...[...launcher, process.execPath, ...node],
    ...[join(stage.app, "app.mjs"), JSON.stringify({ kind, engine, ...more })],
  ]
  const app = spawn(command[0] as string, command.slice(1), {
    ...ordinaryUser,
    cwd: workingDirectory,
    env: { PATH: process.env.PATH, HOME: stage.home, TMPDIR: stage.temporary, ...environment },
    stdio: ["pipe", "pipe", "pipe"],
  })
  const told: Told[] = []
  const printed: Buffer[] = []
  let ended = false
  const exited = once(app, "exit").then(() => {
    ended = true
  })
  app.stdin.on("error", () => {})
  app.stderr.on("data", (bytes: Buffer) => printed.push(bytes))
  app.stdout.on("data", (bytes: Buffer) => printed.push(bytes))
  createInterface({ input: app.stdout }).on("line", (line) => {
    const at = line.indexOf('@{"state"')
    if (at >= 0) told.push(JSON.parse(line.slice(at + 1)))
  })

  async function next(state: Told["state"], action = () => {}, from = told.length): Promise<Told> {
    action()
    const wanted = () => told.slice(from).find((one) => one.state === state || one.state === "failed")
    await until(() => wanted() !== undefined || ended)
    const found = wanted()
    if (found) return found
    return { state: "failed", message: `The app ended: ${Buffer.concat(printed).subarray(-2000)}` }
  }

  const victim: Victim = {
    ...{ kind, app, told },
    output: () => Buffer.concat(printed),
    pids: () => (kind === "vault" ? descendants(appPid()) : [appPid()]),
    next: (state, action) => next(state, action),
    run: () => next("ran", () => app.stdin.write("\n")),
    async finish() {
      await next("closed", () => app.stdin.end())
      await exited
    },
    async kill() {
      const all = [...descendants(app.pid ?? 0), app.pid ?? 0]
      app.kill("SIGKILL")
      for (const pid of all) kill(pid)
      await exited
      await until(() => all.every((pid) => !isAlive(pid)))
    },
  }

  /** Below its launcher, if there is one. */
  function appPid(): number {
    const all = [app.pid ?? 0, ...descendants(app.pid ?? 0)]
    return all.find((pid) => commandOf(pid).includes("app.mjs") && !commandOf(pid).startsWith(launcher[0] ?? "\0")) ?? 0
  }

  if (settings.until !== "spawned") await next(settings.until ?? "ran", undefined, 0)
  return victim
}

/** Of a process: its children, theirs, and so on, as everybody can see them. */
export function descendants(pid: number): readonly number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync("/proc")) {
    const parent = /^\d+$/.test(name) ? parentOf(Number(name)) : undefined
    if (parent !== undefined) parents.set(Number(name), parent)
  }
  const found: number[] = []
  for (let some = [pid]; some.length > 0; ) {
    some = [...parents].flatMap(([child, parent]) => (some.includes(parent) ? [child] : []))
    found.push(...some)
  }
  return found
}

function stat(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1")
    return text.slice(text.lastIndexOf(")") + 2).split(" ")
  } catch {
    return undefined
  }
}

function parentOf(pid: number): number | undefined {
  const fields = stat(pid)
  return fields && fields[0] !== "Z" ? Number(fields[1]) : undefined
}

export function isAlive(pid: number): boolean {
  const fields = stat(pid)
  return fields !== undefined && fields[0] !== "Z" && fields[0] !== "X"
}

export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ")
  } catch {
    return ""
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL")
  } catch {
    // It has ended.
  }
}
