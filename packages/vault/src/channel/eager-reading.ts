/**
 * Looking for a message instead of sleeping until it comes. To wake a thread that sleeps on another processor takes longer
 * than a small run (docs/decisions/0006-how-tensors-cross.md), so whoever expects a message soon looks for it for a moment
 * first. What isn't there by then, the event loop reads as ever.
 */
export interface EagerReading {
  /** A message is likely to come now: looks for it when the caller's turn is done. */
  expect(): void
}

/** How long is looked: some five times what waking a thread takes, and less than anybody's timer notices. */
const lookMilliseconds = 0.2

/** How many expectations are passed over, at most, when nothing came of those before. */
const mostPassedOver = 64

/** The event loop gets a turn after this long, however well it goes. */
const turnMilliseconds = 1

// As they are now: an app's tests may put a clock in their place that stands still.
const now = performance.now.bind(performance)
const afterThisTurn = setImmediate

/**
 * @param read reads what is there, without waiting, and says whether anything was.
 */
export function eagerReading(read: () => boolean): EagerReading {
  let expected = false
  let passOver = 0
  let passed = 0
  let turnEnds: number | undefined

  /** Whether this turn of the event loop has gone on for so long that others must have theirs. */
  function isOver(time: number): boolean {
    if (turnEnds === undefined) {
      turnEnds = time + turnMilliseconds
      afterThisTurn(() => {
        turnEnds = undefined
      })
    }
    return time > turnEnds
  }

  function look(): void {
    const began = now()
    if (isOver(began)) {
      afterThisTurn(look)
      return
    }
    expected = false
    while (!read()) {
      if (now() - began < lookMilliseconds) continue
      passOver = Math.min(2 * passOver + 1, mostPassedOver)
      return
    }
    passOver = 0
  }

  return {
    expect() {
      if (expected) return
      if (passed < passOver) {
        passed++
        return
      }
      passed = 0
      expected = true
      queueMicrotask(look)
    },
  }
}
