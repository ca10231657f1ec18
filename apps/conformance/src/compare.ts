import type { ElementType, RawTensor } from "@strongroom/core/backend"
import { brainHalfToNumber, halfToNumber } from "../../../packages/cli/src/numbers.js"
import { viewElements } from "../../../packages/core/src/element-type.js"
import type { Tolerance } from "./case.js"

/** Either what is wrong, or how far floating-point numbers are off at most. */
export type Comparison =
  | { readonly equal: true; readonly difference?: number }
  | { readonly equal: false; readonly problem: string; readonly difference?: number }

/**
 * Compares as ONNX's runner does, by NumPy's assert_allclose: type and shape exactly, floating-point numbers within the
 * tolerance, a NaN with any NaN. Integers too are compared exactly, where NumPy's would be within it.
 */
export function compare(actual: RawTensor, expected: RawTensor, tolerance: Tolerance): Comparison {
  const different = (problem: string, difference?: number): Comparison => ({
    equal: false,
    problem,
    ...(difference !== undefined && { difference }),
  })
  if (actual.type !== expected.type) return different(`it is ${actual.type}, not ${expected.type}`)
  if (actual.shape.join() !== expected.shape.join()) {
    return different(`its shape is [${actual.shape}], not [${expected.shape}]`)
  }
  if (actual.type === "string" || expected.type === "string") {
    const wrong = countDifferent(actual.data, expected.data)
    return wrong === 0 ? { equal: true } : different(`${wrong} of ${expected.data.length} strings are others`)
  }
  const floats = [floatsOf(actual), floatsOf(expected)] as const
  if (floats[0] === undefined || floats[1] === undefined) {
    const wrong = countDifferent(actual.data, expected.data)
    return wrong === 0 ? { equal: true } : different(`${wrong} of ${expected.data.length} bytes are others`)
  }
  const { wrong, difference } = compareFloats(floats[0], floats[1], tolerance)
  return wrong === 0
    ? { equal: true, difference }
    : different(
        `${wrong} of ${floats[1].length} numbers are too far off, by ${difference.toPrecision(3)} at most`,
        difference,
      )
}

function countDifferent(actual: ArrayLike<unknown>, expected: ArrayLike<unknown>): number {
  let count = Math.abs(actual.length - expected.length)
  for (let index = 0; index < Math.min(actual.length, expected.length); index++) {
    if (actual[index] !== expected[index]) count++
  }
  return count
}

function compareFloats(actual: ArrayLike<number>, expected: ArrayLike<number>, { relative, absolute }: Tolerance) {
  let wrong = Math.abs(actual.length - expected.length)
  let difference = 0
  for (let index = 0; index < Math.min(actual.length, expected.length); index++) {
    const [ours, theirs] = [actual[index] as number, expected[index] as number]
    // NaN and NaN, and infinities of one sign.
    if (Object.is(ours, theirs) || ours === theirs) continue
    const off = Math.abs(ours - theirs)
    if (!(off <= absolute + relative * Math.abs(theirs)) || Math.abs(theirs) === Number.POSITIVE_INFINITY) wrong++
    difference = Math.max(difference, Number.isNaN(off) ? Number.POSITIVE_INFINITY : off)
  }
  return { wrong, difference }
}

/** `undefined` for types that have no fractions. */
function floatsOf({ type, data }: { readonly type: ElementType; readonly data: Uint8Array }) {
  switch (type) {
    case "float32":
    case "float64":
      return viewElements(type, data) as Float32Array | Float64Array
    case "float16":
      return Float64Array.from(viewElements(type, data) as Uint16Array, halfToNumber)
    case "bfloat16":
      return Float64Array.from(viewElements(type, data) as Uint16Array, brainHalfToNumber)
    default:
      return undefined
  }
}
