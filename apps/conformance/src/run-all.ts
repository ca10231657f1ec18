import type { Fingerprint } from "@strongroom/core/backend"
import type { Case } from "./case.js"
import { type CaseProcess, type ProcessOptions, startProcess } from "./case-process.js"
import type { Verdict } from "./result.js"

// What cases leave behind in a process, compilers above all, adds up.
const casesPerProcess = 200

/** Runs cases in processes side by side. `done` is called as each is known. Gives the engine's fingerprint. */
export async function runAll(
  cases: readonly Case[],
  options: ProcessOptions,
  processes: number,
  done: (one: Case, verdict: Verdict) => void,
): Promise<Fingerprint | undefined> {
  const waiting = cases.values()
  let fingerprint: Fingerprint | undefined

  async function work(): Promise<void> {
    let current: CaseProcess | undefined
    let ran = 0
    // Of an iterator that all share.
    for (const one of waiting) {
      if (current === undefined || !current.alive() || ran === casesPerProcess) {
        await current?.close()
        current = await startProcess(options)
        fingerprint = current.fingerprint
        ran = 0
      }
      done(one, await current.run(one))
      ran += 1
    }
    await current?.close()
  }
  await Promise.all(Array.from({ length: processes }, work))
  return fingerprint
}
