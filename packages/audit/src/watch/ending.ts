import type { Watched } from "./native.js"

const patienceMilliseconds = 5000

/**
 * Asks the program to end when the signal aborts, kills it when it doesn't, and then watches no longer; at once where it
 * has ended, and only what it started is left.
 */
export function endOnAbort(
  watched: Watched,
  hasExited: () => boolean,
  signal: AbortSignal | undefined,
): { end(): void } {
  const timers: NodeJS.Timeout[] = []
  const begin = () => {
    if (hasExited()) return watched.stop()
    send(watched.pid, "SIGTERM")
    timers.push(setTimeout(() => !hasExited() && send(watched.pid, "SIGKILL"), patienceMilliseconds))
    timers.push(setTimeout(() => watched.stop(), patienceMilliseconds + 500))
  }
  if (signal?.aborted) begin()
  else signal?.addEventListener("abort", begin, { once: true })
  return {
    end() {
      signal?.removeEventListener("abort", begin)
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended, and who it started hasn't.
  }
}

/** The status that wait(2) gives, in two numbers. */
export function exitOf(status: number | undefined): { exitCode: number | null; exitSignal: number | null } {
  if (status === undefined) return { exitCode: null, exitSignal: null }
  const signal = status & 127
  return signal === 0 ? { exitCode: (status >> 8) & 255, exitSignal: null } : { exitCode: null, exitSignal: signal }
}
