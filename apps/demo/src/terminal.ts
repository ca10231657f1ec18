import type { Progress } from "./progress.js"

/** A step that takes longer than this shows how far it is. */
const patience = 1000
const barWidth = 24

/**
 * One line per step. On a terminal a step that takes over a second shows a bar until it is done; elsewhere, and with
 * NO_COLOR, there are no control characters but that line's.
 */
export function terminalProgress(
  stream: NodeJS.WriteStream,
  environment: NodeJS.ProcessEnv,
): Progress & { clear(): void } {
  const isTerminal = stream.isTTY === true && environment.TERM !== "dumb"
  const colour = isTerminal && !environment.NO_COLOR
  let current = { step: "", done: 0, total: 0, began: 0 }
  let timer: NodeJS.Timeout | undefined

  function draw(): void {
    const { step, done, total } = current
    const share = total > 0 ? Math.min(done / total, 1) : 0
    const filled = Math.round(share * barWidth)
    const bar =
      total > 0 ? `  ${"█".repeat(filled)}${"░".repeat(barWidth - filled)} ${Math.floor(share * 100)}%` : " ..."
    stream.write(`\r\x1b[2K  ${step}${bar}`)
  }

  function clear(): void {
    clearInterval(timer)
    if (timer !== undefined && isTerminal) stream.write("\r\x1b[2K")
    timer = undefined
  }

  return {
    clear,
    begin(step) {
      clear()
      current = { step, done: 0, total: 0, began: Date.now() }
      if (!isTerminal) return
      timer = setInterval(() => {
        if (Date.now() - current.began >= patience) draw()
      }, 100)
      timer.unref()
    },
    advance(done, total) {
      current = { ...current, done, total }
    },
    end(result) {
      clear()
      const seconds = (Date.now() - current.began) / 1000
      const tick = colour ? "\x1b[32m✓\x1b[0m" : "✓"
      stream.write(`${tick} ${result} (${seconds.toFixed(1)} s)\n`)
    },
  }
}
