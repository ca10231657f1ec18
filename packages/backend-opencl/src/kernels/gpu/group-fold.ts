import type { KernelDevice } from "../kernel-device.js"

/** Items for a row of numbers that are folded: no more than it has numbers, nor so many that folding them takes as long. */
const most = 256
const fewest = 32

/** A power of two. */
export function groupFor(device: KernelDevice, length: number): number {
  const wanted = 2 ** Math.ceil(Math.log2(Math.max(fewest, Math.ceil(length / 4))))
  return Math.min(most, wanted, 2 ** Math.floor(Math.log2(device.largestGroup)))
}

/**
 * Statements that fold a group's variables `name` into one, which all items have afterwards. The kernel has `lane`, an
 * item's place in its group, and `shared`, local memory for as many as there are items.
 *
 * @param join makes one of two; which of them comes first doesn't matter
 */
export const foldGroup = (name: string, group: number, join: (a: string, b: string) => string): string => `
  shared[lane] = ${name};
  for (int distance = ${group / 2}; distance > 0; distance /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < distance) shared[lane] = ${join("shared[lane]", "shared[lane + distance]")};
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  ${name} = shared[0];
  // The next fold writes there again.
  barrier(CLK_LOCAL_MEM_FENCE);`
