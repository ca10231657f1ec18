import { join } from "node:path"
import type { Backend, CachePolicy, Json } from "@strongroom/core/backend"
import { loadHeap } from "../os/heap.js"
import { freedMemory } from "./freed-memory.js"
import { ledgerMemory } from "./memory-ledger.js"
import { type SessionThread, startThread, type ThreadEvents } from "./thread.js"

export interface ThreadsSettings {
  readonly script: URL
  readonly backend: Backend
  readonly cachePolicy: CachePolicy
  readonly debug: boolean
  /** Each thread gets a folder in it. */
  readonly directory: string
  /** Before anything else is told of it, and before it runs the backend's code. */
  started(thread: SessionThread): void
  /** An engine's evidence for a guarantee. */
  observed(guarantee: string, evidence: Json): void
  /** A thread ended, however. */
  ended(thread: SessionThread): void
}

/** What the one that a thread is taken for is told of it. */
export type ThreadTaker = Pick<ThreadEvents, "message" | "died">

/** The threads of a vault. One is kept warm, with its engine made, so that a load needn't wait for that. */
export interface Threads {
  /** Starts the spare thread now, if there is none, and gives it without taking it. */
  spare(): SessionThread
  /** The spare thread, which is then the caller's, or a new one. No other is started until {@link restock}. */
  take(taker: ThreadTaker): SessionThread
  /** What a thread was taken for has been done, or has failed: soon the next spare may be started. */
  restock(): void
  stop(thread: SessionThread, withinMilliseconds?: number): Promise<void>
  /** Stops all. None is started after that. */
  close(): Promise<void>
}

/** How long after a load the next spare thread is started: a first run comes before. */
const spareDelayMilliseconds = 500

export function sessionThreads(settings: ThreadsSettings): Threads {
  const { script, backend, cachePolicy, debug } = settings
  const running = new Set<SessionThread>()
  const takers = new WeakMap<SessionThread, ThreadTaker>()
  const freed = freedMemory(loadHeap())
  let started = 0
  let spare: SessionThread | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false

  function start(): SessionThread {
    const directory = join(settings.directory, `thread-${++started}`)
    const thread = startThread(
      script,
      { backend, cachePolicy, debug, directory, ledger: ledgerMemory() },
      {
        observed: settings.observed,
        message: (message) => takers.get(thread)?.message(message),
        died(error) {
          running.delete(thread)
          if (spare === thread) spare = undefined
          takers.get(thread)?.died(error)
        },
        ended() {
          freed.giveBack()
          settings.ended(thread)
        },
      },
    )
    running.add(thread)
    settings.started(thread)
    thread.post({ type: "begin" })
    return thread
  }

  async function stop(thread: SessionThread, withinMilliseconds?: number): Promise<void> {
    const overwritten = freed.overwrite()
    await thread.stop(withinMilliseconds)
    overwritten()
    running.delete(thread)
  }

  return {
    stop,
    spare() {
      spare ??= start()
      return spare
    },
    take(taker) {
      const thread = spare ?? start()
      takers.set(thread, taker)
      spare = undefined
      clearTimeout(timer)
      return thread
    },
    restock() {
      clearTimeout(timer)
      if (closed) return
      timer = setTimeout(() => {
        spare ??= start()
      }, spareDelayMilliseconds)
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await Promise.all([...running].map((thread) => stop(thread)))
    },
  }
}
