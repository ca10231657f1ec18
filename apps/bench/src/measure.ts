/** Linear between the two nearest of the sorted values (R's type 7, NumPy's default). NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const place = share * (sorted.length - 1)
  const [below = Number.NaN, above = Number.NaN] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]]
  return below + (above - below) * (place - Math.floor(place))
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/**
 * Takes every sample in turn, so that a machine that speeds up or slows down meets all alike: first once each uncounted,
 * then `runs` times each, every other time from the last to the first, so that what one leaves behind doesn't meet the same
 * next one always. Gives what each returned, in the order of `samples`.
 */
export async function allInTurn<T>(
  runs: number,
  samples: readonly (() => Promise<T>)[],
): Promise<readonly (readonly T[])[]> {
  const found = samples.map((): T[] => [])
  const order = [...samples.entries()]
  for (let run = -1; run < runs; run++) {
    for (const [i, sample] of order) {
      const value = await sample()
      if (run >= 0) found[i]?.push(value)
    }
    if (run >= 0) order.reverse()
  }
  return found
}
