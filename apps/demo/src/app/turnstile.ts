/** Lets at most `places` calls run at once; the others wait in order. An aborted one leaves the queue. */
export function turnstile(places: number) {
  let free = places
  const queue: (() => void)[] = []

  return async function enter<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    if (free > 0) free--
    else await turn(signal)
    try {
      signal.throwIfAborted()
      return await work()
    } finally {
      const next = queue.shift()
      if (next) next()
      else free++
    }
  }

  function turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        queue.splice(queue.indexOf(go), 1)
        reject(signal.reason)
      }
      const go = () => {
        signal.removeEventListener("abort", leave)
        resolve()
      }
      queue.push(go)
      signal.addEventListener("abort", leave, { once: true })
    })
  }
}
