import { describeDisturbances, disturbances } from "./disturbance.js"
import { type Figure, holds, ratio, type Samples } from "./figure.js"
import { spreadOf } from "./spread.js"

const number = (value: number) => value.toPrecision(Math.abs(value) < 100 ? 3 : 4).replace(/\.0+$/, "")

/** What the second line of a figure says. */
export const legend = "below each figure: lowest [quartiles] highest"

/**
 * One line: what, ours, theirs, ratio (unless theirs is 0), bar, runs. Where there are samples a second one: their spread,
 * and whether it looks disturbed.
 */
export function formatFigure(figure: Figure): string {
  const times = figure.theirs === 0 ? "" : ` = ${ratio(figure).toFixed(2)}x`
  const verdict = holds(figure)
  const bar =
    figure.bar === undefined
      ? ""
      : `  bar ${"atMost" in figure.bar ? `<= ${figure.bar.atMost}` : `>= ${figure.bar.atLeast}`}: ${verdict ? "held" : "MISSED"}`
  const line = `${figure.name.padEnd(48)} ${number(figure.ours)} ${figure.unit} / ${number(figure.theirs)} ${figure.unit} (${figure.peer})${times}${bar}  [${figure.runs} runs]`
  return figure.samples === undefined ? line : `${line}\n    ${formatSpread(figure, figure.samples)}`
}

function formatSpread(figure: Figure, { ours, theirs }: Samples): string {
  const one = (samples: readonly number[]) => {
    const { lowest, lowerQuartile, upperQuartile, highest } = spreadOf(samples)
    return `${number(lowest)} [${number(lowerQuartile)} ${number(upperQuartile)}] ${number(highest)}`
  }
  const spread = `${one(ours)}${theirs === undefined ? "" : ` / ${one(theirs)}`} ${figure.unit}`
  const found = disturbances(figure) ?? []
  return found.length === 0 ? spread : `${spread}  LOOKS DISTURBED: ${describeDisturbances(found)}`
}
