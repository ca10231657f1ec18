import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const program = fileURLToPath(new URL("../../dist/command.js", import.meta.url))

export interface Outcome {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number | null
}

/** Runs the command; `reading` false closes the pipe that it prints to, as `| head` does. */
export function run(args: readonly string[], environment: NodeJS.ProcessEnv, reading = true): Promise<Outcome> {
  const child = spawn(process.execPath, [program, ...args], { env: environment, stdio: ["ignore", "pipe", "pipe"] })
  let [stdout, stderr] = ["", ""]
  if (!reading) child.stdout.destroy()
  child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text))
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text))
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (exitCode) => resolve({ stdout, stderr, exitCode }))
  })
}
