import type { StrongroomError } from "../errors.js"

const firstDelay = 200
const longestDelay = 30_000

/** A failure that may pass. `failure` is what to throw when it doesn't. */
export class TryAgain extends Error {
  readonly failure: StrongroomError
  readonly retryAfter: string | null

  /** `retryAfter` is the header of that name: seconds or a date (RFC 9110, section 10.2.3). */
  constructor(failure: StrongroomError, retryAfter: string | null = null) {
    super(failure.message, { cause: failure })
    this.failure = failure
    this.retryAfter = retryAfter
  }
}

/**
 * Calls `attempt` until it gives something other than {@link TryAgain}, at most `retries` more times. Waits 0.2 s
 * before the second call and twice as long before each further one, or as long as the server asked, at most 30 s.
 */
export async function withRetries<T>(retries: number, signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  for (let tried = 0; ; tried++) {
    try {
      return await attempt()
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof TryAgain)) throw error
      if (tried >= retries) throw error.failure
      // Half of it random, so that many clients that failed together don't come back together.
      const delay = firstDelay * 2 ** tried * (0.5 + Math.random() / 2)
      await pause(Math.min(Math.max(delay, milliseconds(error.retryAfter)), longestDelay), signal)
    }
  }
}

function milliseconds(retryAfter: string | null): number {
  if (retryAfter === null) return 0
  const value = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now()
  return Number.isNaN(value) ? 0 : value
}

function pause(delay: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop)
      resolve()
    }, delay)
    signal.addEventListener("abort", stop, { once: true })
  })
}
