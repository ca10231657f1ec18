import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { ordinaryUser } from "../ordinary-user.js"
import type { Stage } from "./stage.js"

export interface Ran {
  readonly status: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

/** Runs a program as the attacker, in his home. */
export function runAsUser(stage: Stage, command: readonly string[], milliseconds = 60_000): Ran {
  const { status, stdout, stderr } = spawnSync(command[0] as string, command.slice(1), {
    ...ordinaryUser,
    cwd: stage.home,
    env: { PATH: process.env.PATH, HOME: stage.home },
    timeout: milliseconds,
    maxBuffer: 2 ** 28,
  })
  return { status, stdout, stderr: String(stderr) }
}

/** Whether there is such a program. */
export function hasProgram(name: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${name}`]).status === 0
}

/** Runs tools/steal.mjs, and gives what it says. */
export function steal(stage: Stage, way: string, ...values: readonly (string | number)[]): readonly string[] {
  const script = join(stage.tools, "steal.mjs")
  const { status, stdout, stderr } = runAsUser(stage, [process.execPath, script, way, ...values.map(String)])
  if (status !== 0) throw new Error(`steal.mjs ${way} failed: ${stderr}`)
  return JSON.parse(String(stdout))
}
