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
  /** Medians over `runs`; of copies the most. */
  readonly ours: number
  readonly theirs: number
  readonly runs: number
  /** The ratio ours / theirs that is promised, at most (times, memory) or at least (rates). */
  readonly bar?: { readonly atMost: number } | { readonly atLeast: number }
}

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

/** One line: what, ours, theirs, ratio (unless theirs is 0), bar, runs. */
export function formatFigure(figure: Figure): string {
  const number = (value: number) => value.toPrecision(value < 100 ? 3 : 4).replace(/\.0+$/, "")
  const times = figure.theirs === 0 ? "" : ` = ${ratio(figure).toFixed(2)}x`
  const verdict = holds(figure)
  const bar =
    figure.bar === undefined
      ? ""
      : `  bar ${"atMost" in figure.bar ? `<= ${figure.bar.atMost}` : `>= ${figure.bar.atLeast}`}: ${verdict ? "held" : "MISSED"}`
  return `${figure.name.padEnd(48)} ${number(figure.ours)} ${figure.unit} / ${number(figure.theirs)} ${figure.unit} (${figure.peer})${times}${bar}  [${figure.runs} runs]`
}
