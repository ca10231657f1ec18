import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import type { Fingerprint } from "@strongroom/core/backend"
import type { Case } from "./case.js"
import type { FromChild, ToChild } from "./messages.js"
import type { Verdict } from "./result.js"

export interface ProcessOptions {
  readonly engine: string
  /** The driver's variables. */
  readonly environment: Readonly<Record<string, string>>
  readonly secondsPerCase: number
}

/** A process with an engine in it. */
export interface CaseProcess {
  readonly fingerprint: Fingerprint
  /** False after a case that ended it: the next one needs another process. */
  alive(): boolean
  run(one: Case): Promise<Verdict>
  close(): Promise<void>
}

const secondsToStart = 120
// Built, also where this file isn't.
const childPath = fileURLToPath(new URL("../dist/child.js", import.meta.url))

/** @throws Error where the engine can't be made. */
export async function startProcess({ engine, environment, secondsPerCase }: ProcessOptions): Promise<CaseProcess> {
  const child = fork(childPath, [engine], {
    env: { ...process.env, ...environment },
    // Drivers print what compilers say.
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  })
  // A message to one that has just ended isn't sent; that it ended is seen otherwise.
  child.on("error", () => {})
  const lastWords = keepEnd(child)
  const first = await answerOf(child, secondsToStart)
  if (!("answer" in first) || !("ready" in first.answer)) {
    await end(child)
    throw new Error(`The engine ${engine} doesn't start: ${"ended" in first ? first.ended : ""} ${lastWords()}`)
  }
  return {
    fingerprint: first.answer.ready,
    alive: () => child.connected && child.exitCode === null && child.signalCode === null,
    async run(one) {
      const answered = answerOf(child, secondsPerCase)
      child.send({ run: one } satisfies ToChild)
      const given = await answered
      if ("answer" in given && "verdict" in given.answer) return given.answer.verdict
      await end(child)
      return { outcome: "failed", reason: "ended" in given ? given.ended : "its process said something else." }
    },
    close: () => end(child),
  }
}

/** The next message, or why there is none. */
async function answerOf(
  child: ChildProcess,
  seconds: number,
): Promise<{ readonly answer: FromChild } | { readonly ended: string }> {
  const done = new AbortController()
  const { signal } = done
  const timer = AbortSignal.timeout(seconds * 1000)
  try {
    return await Promise.race([
      once(child, "message", { signal }).then(([answer]) => ({ answer })),
      // Not "exit", before which an answer may still be on its way.
      once(child, "disconnect", { signal }).then(async () => ({
        ended: `its process ended (${await codeOf(child)}).`,
      })),
      once(timer, "abort", { signal }).then(() => ({ ended: `it took more than ${seconds} seconds.` })),
    ])
  } finally {
    done.abort()
  }
}

/** Why a process ended that was disconnected: it ends at once, or hangs in its last moments. */
async function codeOf(child: ChildProcess): Promise<string> {
  if (child.exitCode === null && child.signalCode === null) {
    await once(child, "exit", { signal: AbortSignal.timeout(5000) }).catch(() => undefined)
  }
  return child.signalCode ?? `code ${child.exitCode}`
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, "exit")
  child.kill("SIGKILL")
  await gone
}

/** Gives the end of what a process wrote on its standard error. */
function keepEnd({ stderr }: ChildProcess): () => string {
  let kept = ""
  stderr?.setEncoding("utf8").on("data", (text: string) => {
    kept = (kept + text).slice(-2000)
  })
  return () => kept
}
