import { unlessAborted } from "./abort.js"

/** Work whose result several callers want, each with a signal of its own. */
export interface SharedWork<T> {
  /** The result once there is one; until then what is under way, or, where it failed or was given up, a new start. */
  wait(signal: AbortSignal): Promise<T>
  /** Forgets the result. */
  forget(): void
}

/** One piece of work serves all who wait for it, and is given up when the last of them has gone. */
export function sharedWork<T>(work: (signal: AbortSignal) => Promise<T>): SharedWork<T> {
  let done: { readonly value: T } | undefined
  let current: { readonly result: Promise<T>; readonly controller: AbortController; waiting: number } | undefined

  function start() {
    const controller = new AbortController()
    const started = { result: work(controller.signal), controller, waiting: 0 }
    started.result.then(
      (value) => {
        done = { value }
      },
      () => {
        if (current === started) current = undefined
      },
    )
    return started
  }

  return {
    async wait(signal) {
      if (done !== undefined) return done.value
      current ??= start()
      const mine = current
      mine.waiting++
      try {
        return await unlessAborted(mine.result, signal)
      } finally {
        mine.waiting--
        if (mine.waiting === 0 && done === undefined) {
          if (current === mine) current = undefined
          mine.controller.abort(signal.reason)
        }
      }
    },
    forget() {
      done = undefined
      current = undefined
    },
  }
}
