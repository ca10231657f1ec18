import { fork } from "node:child_process"
import type { Progress } from "./progress.js"

export type SetUpMessage =
  | { readonly begin: string }
  | { readonly done: number; readonly total: number }
  | { readonly end: string }
  | { readonly failed: string }

/** Sets up in a process of its own; see set-up-process.ts. */
export function runSetUp(root: string, progress: Progress, signal: AbortSignal): Promise<void> {
  const child = fork(new URL("set-up-process.js", import.meta.url), [root], { signal, execArgv: [] })
  let failure: string | undefined
  child.on("message", (message: SetUpMessage) => {
    if ("begin" in message) progress.begin(message.begin)
    else if ("end" in message) progress.end(message.end)
    else if ("failed" in message) failure = message.failed
    else progress.advance(message.done, message.total)
  })
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(signal.aborted ? signal.reason : error))
    child.once("exit", (code) => {
      if (signal.aborted) reject(signal.reason)
      else if (code === 0) resolve()
      else reject(new Error(`Setting up failed: ${failure ?? `its process ended with ${code}`}`))
    })
  })
}
