import { rmSync } from "node:fs"
import { Worker } from "node:worker_threads"
import type { Fingerprint, Json } from "@strongroom/core/backend"
import { strongroomErrorName, type WireError } from "../channel/wire-error.js"
import type { FromSession, FromThread, ThreadSettings, ToThread } from "./thread-messages.js"

/** A session's thread, from the main thread. */
export interface SessionThread {
  /** What the engine is, or why there is none. Never rejects. */
  readonly engine: Promise<{ readonly fingerprint: Fingerprint } | { readonly error: WireError }>
  /** What it has of memory outside of JavaScript's: see memory-ledger.ts. */
  readonly ledger: SharedArrayBuffer
  post(message: ToThread, transfer?: readonly ArrayBuffer[]): void
  /** Ends it as soon as it has freed everything; with `withinMilliseconds`, by force after that long. Safe twice. */
  stop(withinMilliseconds?: number): Promise<void>
}

export interface ThreadEvents {
  /** An engine's evidence for a guarantee. */
  observed(guarantee: string, evidence: Json): void
  message(message: FromSession): void
  /** It ended without having been stopped. */
  died(error: WireError): void
  /** It ended, however: what it was lent is free. */
  ended(): void
}

/**
 * V8 would let the young generation grow to 48 MB before it collects what a streamed load leaves: a few KB for each 2 MiB.
 * With 3, a run of some hundred small operations of TensorFlow.js is interrupted one and a half times; 12 is what such an
 * app's own thread comes to by itself (docs/decisions/0016-tfjs-engines.md).
 */
const resourceLimits = { maxYoungGenerationSizeMb: 12 } as const

export function startThread(script: URL, settings: ThreadSettings, events: ThreadEvents): SessionThread {
  const worker = new Worker(script, { workerData: settings, resourceLimits })
  let cause = "it ended by itself"
  let stopping = false
  let told: (engine: Awaited<SessionThread["engine"]>) => void
  const engine = new Promise<Awaited<SessionThread["engine"]>>((resolve) => {
    told = resolve
  })
  const exited = new Promise<void>((resolve) => {
    worker.once("exit", () => {
      rmSync(settings.directory, { recursive: true, force: true })
      told({ error: threadError(cause, "No engine can be made: see whether the backend works by itself") })
      events.ended()
      resolve()
      if (!stopping) events.died(threadError(cause, "The vault goes on: load the model again"))
    })
  })
  worker.on("error", (error: unknown) => {
    // Not its message, which may quote the model.
    cause = describe(error)
  })
  worker.on("message", (message: FromThread) => {
    if (message.type === "engine-ready") told({ fingerprint: message.fingerprint })
    else if (message.type === "engine-failed") told({ error: message.error })
    else if (message.type === "observed") events.observed(message.guarantee, message.evidence)
    else events.message(message)
  })
  return {
    engine,
    ledger: settings.ledger,
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    async stop(withinMilliseconds) {
      if (!stopping) {
        stopping = true
        worker.postMessage({ type: "stop" } satisfies ToThread)
      }
      if (withinMilliseconds !== undefined) {
        const timer = setTimeout(() => void worker.terminate(), withinMilliseconds)
        void exited.then(() => clearTimeout(timer))
      }
      await exited
    },
  }
}

function threadError(cause: string, advice: string): WireError {
  return {
    name: strongroomErrorName,
    code: cause === outOfMemory ? "out-of-memory" : "backend-failed",
    message: `The engine's thread is gone: ${cause}. ${advice}`,
  }
}

const outOfMemory = "JavaScript's memory limit was reached in it"

function describe(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  if (code === "ERR_WORKER_OUT_OF_MEMORY") return outOfMemory
  const name = error instanceof Error ? error.name : typeof error
  return `something threw ${typeof code === "string" ? `${name} ${code}` : name} outside of any call`
}
