/** The most that rounding in another order explains. */
export const tolerance = 1e-4

/**
 * The largest difference of two outputs over the largest value of `expected`; NaN where one isn't a number.
 *
 * @throws Error for an output that nothing can be compared with
 */
export function relativeDifference(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) {
    throw new Error(`Expected an output of ${expected.length} numbers, and got ${actual.length}.`)
  }
  let difference = 0
  let largest = 0
  for (const [index, value] of expected.entries()) {
    difference = Math.max(difference, Math.abs((actual[index] as number) - value))
    largest = Math.max(largest, Math.abs(value))
  }
  // Beside nothing every output compares badly, beside infinity well, and so do a Softmax's zeros and a one.
  const tells = expected.filter((value) => Math.abs(value) > largest / 100).length > 1
  if (!tells || largest < 1e-4 || !Number.isFinite(largest)) {
    throw new Error(`The expected output, of values up to ${largest}, tells nothing of what it was computed by.`)
  }
  return difference / largest
}
