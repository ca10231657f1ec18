import { spawn } from "node:child_process"
import { StrongroomError } from "@strongroom/core/backend"

/** How much of a failed program's output stands in the error, from its end. */
const mostWords = 2000

/**
 * Runs a program to its end. `doing` says what for: "Compiling the binding".
 *
 * @throws StrongroomError `backend-missing`, with the end of what the program wrote.
 */
export async function runProgram(
  doing: string,
  [program = "", ...args]: readonly string[],
  options: { readonly cwd: string; readonly signal: AbortSignal; readonly env?: NodeJS.ProcessEnv },
): Promise<string> {
  const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] })
  let output = ""
  let words = ""
  child.stdout.on("data", (chunk) => {
    output += chunk
    words = `${words}${chunk}`.slice(-mostWords)
  })
  child.stderr.on("data", (chunk) => {
    words = `${words}${chunk}`.slice(-mostWords)
  })
  const problem = await new Promise<string | undefined>((resolve) => {
    child.on("error", (error) => resolve(error.message))
    child.on("close", (code, signal) => resolve(code === 0 ? undefined : `it ended with ${signal ?? `code ${code}`}`))
  })
  options.signal.throwIfAborted()
  if (problem === undefined) return output
  throw new StrongroomError("backend-missing", `${doing} failed: ${program}: ${problem}. ${words.trim()}`)
}
