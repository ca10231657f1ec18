import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

/** The tensors of the memory cases: pieces of this many bytes. */
export const pieceBytes = 2 ** 22

/** What leaks grows every time it is looked at, which an allocator that holds on to what was freed doesn't. */
const looks = 3

/**
 * By how many bytes the process grows while `step` runs `times` times, after a quarter as many to warm up; about 0 or
 * below where nothing leaks. Looked at again, three times at most, while it is `limit` or more: the least that was seen.
 */
export async function memoryGrowth(times: number, step: () => Promise<void>, limit: number): Promise<number> {
  for (let time = 0; time < times / 4; time++) await step()
  let least = Number.POSITIVE_INFINITY
  for (let look = 0; look < looks && least >= limit; look++) least = Math.min(least, await growth(times, step))
  return least
}

/** Garbage is collected before and after, and native memory counts. */
async function growth(times: number, step: () => Promise<void>): Promise<number> {
  await collectGarbage()
  // What was freed before stays resident and would be used again, unseen: take it first.
  const ballast = Array.from({ length: 32 }, () => new Uint8Array(pieceBytes).fill(1))
  const before = process.memoryUsage()
  for (let time = 0; time < times; time++) await step()
  await collectGarbage()
  const after = process.memoryUsage()
  ballast.length = 0
  return Math.max(after.rss - before.rss, after.arrayBuffers - before.arrayBuffers)
}

/** Node has a function for it only behind a flag, which can be set late. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc")
  const collect: () => void = runInNewContext("gc")
  // Twice, with a turn between: what a finalizer frees is garbage only then.
  for (let time = 0; time < 2; time++) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
