import { allInTurn, median } from "../measure.js"
import type { Side, Sides } from "./sides.js"

/** What is timed: `count` in a row, `runs` times in each process. */
export interface Timed {
  readonly action: "launch" | "write" | "read"
  readonly count: number
  readonly runs: number
}

/** A side, and the median of each of its processes. */
interface SideTimes {
  readonly name: string
  readonly medians: number[]
}

/** Of each side that is there, C first. */
export type Timings = readonly SideTimes[]

/**
 * Times all sides in turn, in `processes` new processes each: where the memory of a process happens to lie, and on which
 * core its driver's threads settle, decides more than what is measured.
 *
 * @param start starts the processes, a different one first each time
 */
export async function timeInNewProcesses(
  processes: number,
  timed: readonly Timed[],
  start: (turn: number) => Promise<Sides>,
): Promise<readonly Timings[]> {
  const found = timed.map((): SideTimes[] => [])
  for (let turn = 0; turn < processes; turn++) {
    const sides = await start(turn)
    const present: readonly Side[] = [sides.c, sides.flat, sides.objects, ...(sides.python ? [sides.python] : [])]
    // Until what is short has been compiled as far as it ever is.
    for (const side of present) await side.time("launch", 2000)
    for (const [index, { action, count, runs }] of timed.entries()) {
      const values = await allInTurn(
        runs,
        present.map((side) => () => side.time(action, count)),
      )
      const times = found[index] as SideTimes[]
      for (const [place, { name }] of present.entries()) {
        times[place] ??= { name, medians: [] }
        times[place].medians.push(median(values[place] ?? []))
      }
    }
    sides.end()
  }
  return found
}
