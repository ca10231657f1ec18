export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/**
 * Takes every sample in turn, so that a machine that speeds up or slows down meets all alike: first once each uncounted,
 * then `runs` times each. Gives what each returned, in the order of `samples`.
 */
export async function allInTurn<T>(
  runs: number,
  samples: readonly (() => Promise<T>)[],
): Promise<readonly (readonly T[])[]> {
  const found = samples.map((): T[] => [])
  for (let run = -1; run < runs; run++) {
    for (const [i, sample] of samples.entries()) {
      const value = await sample()
      if (run >= 0) found[i]?.push(value)
    }
  }
  return found
}
