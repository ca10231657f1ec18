/** Times of one thing, in milliseconds, as they came. */
export type Times = readonly number[]

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

export async function time(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await action()
  return performance.now() - start
}

/**
 * Runs `ours` and `peer` in turn, so that a machine that speeds up or slows down meets both alike: first once each
 * uncounted, then `runs` times each. Each returns its own time in milliseconds.
 */
export async function inTurn(
  runs: number,
  ours: () => Promise<number>,
  peer: () => Promise<number>,
): Promise<{ ours: Times; peer: Times }> {
  await ours()
  await peer()
  const times = { ours: [] as number[], peer: [] as number[] }
  for (let run = 0; run < runs; run++) {
    times.ours.push(await ours())
    times.peer.push(await peer())
  }
  return times
}
