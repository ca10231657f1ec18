/** The tensors of the memory cases: pieces of this many bytes. */
export const pieceBytes = 2 ** 22

/** What leaks grows every time it is looked at, which an allocator that holds on to what was freed doesn't. */
const looks = 3

/** Bytes in use, counted in one way or several; garbage is collected before. */
type Measure = () => Promise<readonly number[]>

/**
 * By how many bytes the memory in use grows while `step` runs `times` times, after a quarter as many to warm up; about 0 or
 * below where nothing leaks. Looked at again, three times at most, while it is `limit` or more: the least that was seen.
 */
export async function memoryGrowth(
  measure: Measure,
  times: number,
  step: () => Promise<void>,
  limit: number,
): Promise<number> {
  for (let time = 0; time < times / 4; time++) await step()
  let least = Number.POSITIVE_INFINITY
  for (let look = 0; look < looks && least >= limit; look++) least = Math.min(least, await growth(measure, times, step))
  return least
}

async function growth(measure: Measure, times: number, step: () => Promise<void>): Promise<number> {
  await measure()
  // What was freed before stays resident and would be used again, unseen: take it first.
  const ballast = Array.from({ length: 32 }, () => new Uint8Array(pieceBytes).fill(1))
  const before = await measure()
  for (let time = 0; time < times; time++) await step()
  const after = await measure()
  ballast.length = 0
  return Math.max(...after.map((bytes, index) => bytes - (before[index] ?? 0)))
}
