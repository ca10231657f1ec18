import type { Figure } from "./figure.js"
import { spreadOf } from "./spread.js"

/**
 * How far apart a side's quartiles may be, as a share of its median. Quartiles, since what slows a machine down for a while
 * moves the upper one when it has met a quarter of the samples, and the median only when it has met half. One slow sample
 * among five moves neither. The share, since the tightest promises leave 15 %: what is less steady than that can't decide
 * them.
 */
const steady = 0.15

const timed: readonly Figure["unit"][] = ["ms", "us", "GiB/s"]

/** A side that looks disturbed. */
export interface Disturbance {
  readonly side: "ours" | "theirs"
  /** How far apart its quartiles are, of its median, in %. */
  readonly percent: number
}

/**
 * The sides of a figure that look disturbed. `undefined` where that can't be said: of what isn't time, and of single values.
 * What was slow for nearly all samples looks steady again.
 */
export function disturbances({ ours, theirs, unit, samples }: Figure): readonly Disturbance[] | undefined {
  if (samples === undefined || !timed.includes(unit)) return undefined
  // A side without a peer is held against its limit, of which what wavers may be next to nothing.
  const ofOurs = samples.theirs === undefined ? Math.max(Math.abs(ours), theirs) : ours
  const sides = [
    { side: "ours", values: samples.ours, whole: ofOurs },
    { side: "theirs", values: samples.theirs ?? [theirs], whole: theirs },
  ] as const
  return sides
    .map(({ side, values, whole }) => {
      const { lowerQuartile, upperQuartile } = spreadOf(values)
      return { side, percent: (100 * (upperQuartile - lowerQuartile)) / Math.abs(whole) }
    })
    .filter(({ percent }) => percent > 100 * steady)
}

/** "ours by 23 %", or more of it. */
export const describeDisturbances = (found: readonly Disturbance[]): string =>
  found.map(({ side, percent }) => `${side} by ${percent.toFixed(0)} %`).join(", ")
