import { asElement, type Elements } from "./elements.js"
import { type Expression, evaluate } from "./expression.js"
import type { ReduceMode } from "./operation.js"
import { broadcastStrides, contiguousStrides, forEachIndex } from "./shape.js"
import { sizeOfTensor, type Tensor } from "./tensor.js"

/** Results of operations whose inputs are known, on the host: `undefined` where a device has to compute them. */

/** Larger results than these aren't computed on the host: shape arithmetic is small. */
const mostElements = 4096

/** An element-wise expression of `inputs`, which broadcast to `shape`. */
export function evaluated(
  shape: readonly number[],
  inputs: readonly Tensor[],
  expression: Expression,
): Elements | undefined {
  const lists = inputs.map(({ elements }) => elements)
  const size = sizeOfTensor(shape)
  if (size > mostElements || lists.some((list) => list === undefined)) return undefined
  const strides = inputs.map((input) => broadcastStrides(input.shape, shape))
  const results: (number | bigint)[] = []
  let isKnown = true
  forEachIndex(shape, strides, (indices, coordinates) => {
    if (!isKnown) return
    const operands = lists.map((list, at) => (list as Elements)[indices[at] as number] as number)
    const value = evaluate(expression, operands, coordinates)
    if (value === undefined) isKnown = false
    else results.push(value)
  })
  return isKnown ? results : undefined
}

/** Elements of `input` at `offset` plus coordinates times `strides`, all of which lie inside of it. */
export function viewed(
  { elements }: Tensor,
  shape: readonly number[],
  offset: number,
  strides: readonly number[],
): Elements | undefined {
  if (elements === undefined || sizeOfTensor(shape) > mostElements) return undefined
  const results: (number | bigint)[] = []
  forEachIndex(shape, [strides], ([index]) => results.push(elements[offset + (index as number)] as number))
  return results
}

/** One after the other along the first axis of several, or the only one. */
export function concatenated(inputs: readonly Tensor[], axis: number, shape: readonly number[]): Elements | undefined {
  const lists = inputs.map(({ elements }) => elements)
  if (sizeOfTensor(shape) > mostElements || (axis !== 0 && shape.length !== 1)) return undefined
  return lists.every((list) => list !== undefined) ? lists.flat() : undefined
}

/** Integers only: sums of floats depend on the order. */
export function folded(
  { type, shape, elements }: Tensor,
  mode: ReduceMode,
  result: readonly number[],
): Elements | undefined {
  if (elements === undefined || (type !== "int64" && type !== "int32") || elements.length === 0) return undefined
  const combine = { sum: add, product: multiply, max: larger, min: smaller }[mode as string]
  if (combine === undefined) return undefined
  const results = new Array<number | bigint | undefined>(result.reduce((size, length) => size * length, 1))
  forEachIndex(shape, [contiguousStrides(shape), foldedStrides(result)], ([from, to]) => {
    const value = elements[from as number] as number
    const before = results[to as number]
    results[to as number] = before === undefined ? value : asElement(type, combine(before as number, value))
  })
  return results as Elements
}

const foldedStrides = (shape: readonly number[]) =>
  contiguousStrides(shape).map((stride, axis) => (shape[axis] === 1 ? 0 : stride))
const add = (a: number, b: number) => a + b
/** Exact, also beyond what a number counts. */
const multiply = (a: number, b: number) => (BigInt(a) * BigInt(b)) as unknown as number
const larger = (a: number, b: number) => (a > b ? a : b)
const smaller = (a: number, b: number) => (a < b ? a : b)
