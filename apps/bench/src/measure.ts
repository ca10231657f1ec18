export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/**
 * Runs `ours` and `peer` in turn, so that a machine that speeds up or slows down meets both alike: first once each
 * uncounted, then `runs` times each. Each returns what it measured.
 */
export async function inTurn<T>(
  runs: number,
  ours: () => Promise<T>,
  peer: () => Promise<T>,
): Promise<{ ours: readonly T[]; peer: readonly T[] }> {
  await ours()
  await peer()
  const times = { ours: [] as T[], peer: [] as T[] }
  for (let run = 0; run < runs; run++) {
    times.ours.push(await ours())
    times.peer.push(await peer())
  }
  return times
}
