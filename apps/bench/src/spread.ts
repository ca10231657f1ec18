import { quantile } from "./measure.js"

/** How far what was measured of one side lies apart, in its figure's unit. Half of it lies between the quartiles. */
export interface Spread {
  readonly lowest: number
  readonly lowerQuartile: number
  readonly upperQuartile: number
  readonly highest: number
}

export function spreadOf(samples: readonly number[]): Spread {
  return {
    lowest: Math.min(...samples),
    lowerQuartile: quantile(samples, 0.25),
    upperQuartile: quantile(samples, 0.75),
    highest: Math.max(...samples),
  }
}
