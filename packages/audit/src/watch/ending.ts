import type { Watched } from "./native.js"

/** After the abortion: first it may end by itself, since Ctrl-C reaches it too. */
const milliseconds = { ask: 1000, kill: 5000, stop: 5500 }

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
    timers.push(setTimeout(() => !hasExited() && send(watched.pid, "SIGTERM"), milliseconds.ask))
    timers.push(setTimeout(() => !hasExited() && send(watched.pid, "SIGKILL"), milliseconds.kill))
    timers.push(setTimeout(() => watched.stop(), milliseconds.stop))
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
