/** A signal that aborts with the first of `signals`, and `unlink` to be called when it is no longer needed. */
export function linkSignals(...signals: readonly (AbortSignal | undefined)[]): {
  readonly signal: AbortSignal
  unlink(): void
} {
  // Not AbortSignal.any: in Node 20 it keeps every linked signal for as long as the longest-lived one lives.
  const controller = new AbortController()
  const links = signals.flatMap((signal) => {
    if (signal === undefined) return []
    const forward = () => controller.abort(signal.reason)
    if (signal.aborted) forward()
    signal.addEventListener("abort", forward, { once: true })
    return [() => signal.removeEventListener("abort", forward)]
  })
  return {
    signal: controller.signal,
    unlink() {
      for (const unlink of links) unlink()
    },
  }
}

/** Does `work` with a signal that aborts with the first of `signals`, unless one has aborted: then it throws its reason. */
export async function withSignals<T>(
  signals: readonly (AbortSignal | undefined)[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const linked = linkSignals(...signals)
  try {
    linked.signal.throwIfAborted()
    return await work(linked.signal)
  } finally {
    linked.unlink()
  }
}

/** Settles as `promise` does, or rejects with the signal's reason if that comes first. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener("abort", stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop))
  })
}
