import { join } from "node:path"
import type { Backend, CachePolicy } from "@strongroom/core/backend"
import type { WireError } from "../channel/wire-error.js"
import { type SessionThread, startThread } from "./thread.js"
import type { FromSession } from "./thread-messages.js"

export interface ThreadsSettings {
  readonly script: URL
  readonly backend: Backend
  readonly cachePolicy: CachePolicy
  readonly debug: boolean
  /** Each thread gets a folder in it. */
  readonly directory: string
  message(thread: SessionThread, message: FromSession): void
  /** A thread ended without having been stopped. */
  died(thread: SessionThread, error: WireError): void
}

/** The threads of a vault. One is kept warm, with its engine made, so that a load needn't wait for that. */
export interface Threads {
  /** Starts the spare thread now, if there is none, and gives it without taking it. */
  spare(): SessionThread
  /** The spare thread, which is then the caller's, or a new one. */
  take(): SessionThread
  stop(thread: SessionThread, withinMilliseconds?: number): Promise<void>
  /** Stops all. None is started after that. */
  close(): Promise<void>
}

/** How long after one is taken the next spare thread is started: what the first one is taken for comes before. */
const spareDelayMilliseconds = 500

export function sessionThreads(settings: ThreadsSettings): Threads {
  const { script, backend, cachePolicy, debug } = settings
  const running = new Set<SessionThread>()
  let started = 0
  let spare: SessionThread | undefined
  let timer: NodeJS.Timeout | undefined

  function start(): SessionThread {
    const directory = join(settings.directory, `thread-${++started}`)
    const thread = startThread(
      script,
      { backend, cachePolicy, debug, directory },
      {
        message: (message) => settings.message(thread, message),
        died(error) {
          running.delete(thread)
          if (spare === thread) spare = undefined
          settings.died(thread, error)
        },
      },
    )
    running.add(thread)
    return thread
  }

  async function stop(thread: SessionThread, withinMilliseconds?: number): Promise<void> {
    await thread.stop(withinMilliseconds)
    running.delete(thread)
  }

  return {
    stop,
    spare() {
      spare ??= start()
      return spare
    },
    take() {
      const thread = spare ?? start()
      spare = undefined
      clearTimeout(timer)
      timer = setTimeout(() => {
        spare ??= start()
      }, spareDelayMilliseconds)
      return thread
    },
    async close() {
      clearTimeout(timer)
      await Promise.all([...running].map((thread) => stop(thread)))
    },
  }
}
