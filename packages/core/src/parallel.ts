/** How many segments are worked on at once: enough to overlap reading, hashing and ciphering, within a few MiB. */
export function lanesFor(segmentSize: number): number {
  return Math.max(1, Math.min(4, Math.floor((8 * 1024 * 1024) / segmentSize)))
}

/**
 * Runs `task` for every index from 0, starting them in order, at most `lanes` at once; a lane's number says whose buffers
 * to use. After a failure or an abort none is started, those under way are waited for, so that nothing writes into
 * buffers afterwards, and then the failure of the lowest index is thrown.
 */
export async function inLanes(
  count: number,
  lanes: number,
  task: (index: number, lane: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  let next = 0
  const failures = new Map<number, unknown>()
  const work = async (lane: number) => {
    while (next < count && failures.size === 0) {
      const index = next++
      try {
        signal?.throwIfAborted()
        await task(index, lane)
      } catch (error) {
        failures.set(index, error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(lanes, count) }, (_, lane) => work(lane)))
  if (failures.size > 0) throw failures.get(Math.min(...failures.keys()))
}
