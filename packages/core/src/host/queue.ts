/** Runs tasks in the order given, at most so many at a time. */
export interface Queue {
  /**
   * Settles as `task` does, or rejects with `signal.reason` as soon as `signal` aborts: a task that waits then never
   * starts, one that runs keeps its place until it settles, unseen. `abandoned` gets what such a task gave.
   */
  add<T>(task: Task<T>, signal?: AbortSignal): Promise<T>
  /** Refuses what waits and what comes with `reason`; settles when nothing runs. */
  close(reason: Error): Promise<void>
}

export interface Task<T> {
  start(): Promise<T>
  /** The result of a task whose caller has gone. */
  abandoned(result: T): void
  /** Called once, when the task has settled or will never start. */
  settled(): void
}

interface Waiting {
  start(): void
  refuse(reason: unknown): void
}

/** A queue that runs `limit` tasks at a time. */
export function queue(limit: number): Queue {
  const waiting = new Set<Waiting>()
  let running = 0
  let closed: Error | undefined
  let idle: (() => void) | undefined
  let closing: Promise<void> | undefined

  function next(): void {
    for (const entry of waiting) {
      if (running >= limit) return
      waiting.delete(entry)
      running += 1
      entry.start()
    }
    if (running === 0) idle?.()
  }

  function add<T>(task: Task<T>, signal?: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      let gone = false
      const leave = () => {
        gone = true
        if (waiting.delete(entry)) task.settled()
        reject(signal?.reason)
      }
      const entry: Waiting = {
        start() {
          task
            .start()
            .then((result) => (gone ? task.abandoned(result) : resolve(result)), reject)
            .finally(() => {
              signal?.removeEventListener("abort", leave)
              running -= 1
              try {
                task.settled()
              } finally {
                next()
              }
            })
        },
        refuse(reason) {
          signal?.removeEventListener("abort", leave)
          task.settled()
          reject(reason)
        },
      }
      if (closed !== undefined) return entry.refuse(closed)
      if (signal?.aborted) return entry.refuse(signal.reason)
      waiting.add(entry)
      signal?.addEventListener("abort", leave, { once: true })
      next()
    })
  }

  return {
    add,
    close(reason) {
      closed ??= reason
      for (const entry of waiting) entry.refuse(closed)
      waiting.clear()
      closing ??= new Promise((resolve) => {
        idle = resolve
        next()
      })
      return closing
    },
  }
}
