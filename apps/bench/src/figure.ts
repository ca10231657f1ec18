/** One measured thing beside its peer or its limit. */
export interface Figure {
  readonly name: string
  /** What it is held against, with its version. */
  readonly peer: string
  readonly unit: "ms" | "us" | "MiB" | "GiB/s" | "%"
  /** Medians over `runs`. */
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
  return "atMost" in figure.bar ? ratio(figure) <= figure.bar.atMost : ratio(figure) >= figure.bar.atLeast
}

/** One line: what, ours, theirs, ratio, bar, runs. */
export function formatFigure(figure: Figure): string {
  const number = (value: number) => value.toPrecision(value < 100 ? 3 : 4).replace(/\.0+$/, "")
  const verdict = holds(figure)
  const bar =
    figure.bar === undefined
      ? ""
      : `  bar ${"atMost" in figure.bar ? `<= ${figure.bar.atMost}` : `>= ${figure.bar.atLeast}`}: ${verdict ? "held" : "MISSED"}`
  return `${figure.name.padEnd(48)} ${number(figure.ours)} ${figure.unit} / ${number(figure.theirs)} ${figure.unit} (${figure.peer}) = ${ratio(figure).toFixed(2)}x${bar}  [${figure.runs} runs]`
}
