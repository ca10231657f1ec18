import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"

/** A process that answers every line with a line, after a first one that says that it is ready. */
export interface LineProcess {
  /** What its first line said. */
  readonly greeting: string
  ask(line: string): Promise<string>
  end(): void
}

/** @param name for the error when it ends too early */
export async function startLineProcess(
  name: string,
  command: string,
  values: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<LineProcess> {
  const child = spawn(command, values, { stdio: ["pipe", "pipe", "inherit"], env: environment })
  const lines = createInterface({ input: child.stdout })
  const failed = once(child, "exit").then(() => {
    throw new Error(`${name} ended.`)
  })
  failed.catch(() => {})
  const next = async () => String((await Promise.race([once(lines, "line"), failed]))[0])
  return {
    greeting: await next(),
    async ask(line) {
      const answer = next()
      child.stdin.write(`${line}\n`)
      return await answer
    },
    end: () => void child.kill(),
  }
}
