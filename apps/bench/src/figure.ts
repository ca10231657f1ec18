import { median } from "./measure.js"

/** One measured thing beside its peer or its limit. */
export interface Figure {
  readonly name: string
  /** What it is held against, with its version. */
  readonly peer: string
  readonly unit:
    | "ms"
    | "us"
    | "MiB"
    | "GiB/s"
    | "%"
    | "copies"
    | "files"
    | "x"
    | "kernels"
    | "networks"
    | "of the largest value"
  /** The medians of `samples`, in `unit`; of copies the most. `theirs` can be a limit. */
  readonly ours: number
  readonly theirs: number
  /** How often each side ran. A sample can be of several runs. */
  readonly runs: number
  /** Absent where each side is one value, or a figure is made of others. */
  readonly samples?: Samples
  /** The ratio ours / theirs that is promised, at most (times, memory) or at least (rates). */
  readonly bar?: { readonly atMost: number } | { readonly atLeast: number }
}

/**
 * All that was measured of each side, in the figure's unit and in the order of the turns, in each of which both sides were
 * measured. Where a process is measured anew each time, there is one value a process: the median of what it ran. Where the
 * figure is what ours takes more than something else, the values are each turn's differences.
 */
export interface Samples {
  readonly ours: readonly number[]
  /** Absent where it is a limit. */
  readonly theirs?: readonly number[]
}

/** A figure's numbers from what was measured of it. @param theirs also a limit */
export function mediansOf(
  ours: readonly number[],
  theirs: readonly number[] | number,
): Required<Pick<Figure, "ours" | "theirs" | "runs" | "samples">> {
  const runs = ours.length
  if (typeof theirs === "number") return { ours: median(ours), theirs, runs, samples: { ours } }
  return { ours: median(ours), theirs: median(theirs), runs, samples: { ours, theirs } }
}

/** By how much each of `values` is more than the one of the same turn. */
export const differences = (values: readonly number[], others: readonly number[]): readonly number[] =>
  values.map((value, turn) => value - (others[turn] as number))

/** A named group of figures: `npm run bench -- NAME`. */
export interface Bench {
  readonly name: string
  readonly about: string
  /** `isFull`: also what takes long or installs much. */
  measure(say: (line: string) => void, isFull?: boolean): Promise<readonly Figure[]>
}

export const ratio = (figure: Figure): number => figure.ours / figure.theirs

export function holds(figure: Figure): boolean | undefined {
  if (figure.bar === undefined) return undefined
  const { ours, theirs, bar } = figure
  // Not by the ratio: the limit may be 0.
  return "atMost" in bar ? ours <= bar.atMost * theirs : ours >= bar.atLeast * theirs
}
