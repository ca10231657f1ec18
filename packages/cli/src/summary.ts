import type { Tensor } from "@strongroom/core"
import { brainHalfToNumber, halfToNumber } from "./numbers.js"

/** What a person wants to know of a tensor at a glance. */
export interface Summary {
  /** Over the finite elements; absent when there are none, and for text. */
  readonly min?: number | bigint
  readonly max?: number | bigint
  readonly mean?: number
  /** How many elements are NaN or infinite, if any are. */
  readonly notFinite?: number
  readonly first: readonly (number | bigint | string)[]
}

const firstCount = 5

export function summarise(tensor: Tensor): Summary {
  if (tensor.type === "string") return { first: tensor.data.slice(0, firstCount) }
  const count = tensor.shape.reduce((product, size) => product * size, 1)
  const at = elementReader(tensor)
  const first = Array.from({ length: Math.min(count, firstCount) }, (_, index) => at(index))
  let min: number | bigint | undefined
  let max: number | bigint | undefined
  let sum = 0
  let finite = 0
  for (let index = 0; index < count; index += 1) {
    const value = at(index)
    if (!Number.isFinite(Number(value))) continue
    finite += 1
    sum += Number(value)
    if (min === undefined || value < min) min = value
    if (max === undefined || value > max) max = value
  }
  const some = finite < count ? { notFinite: count - finite } : {}
  if (min === undefined || max === undefined) return { ...some, first }
  return { min, max, mean: sum / finite, ...some, first }
}

/** The element at a position, as a number; as a bigint where 64 bits need one. */
function elementReader(tensor: Exclude<Tensor, Tensor<"string">>): (index: number) => number | bigint {
  const { type, data } = tensor
  const raw = (index: number): number | bigint => data[index] ?? 0
  switch (type) {
    case "float16":
      return (index) => halfToNumber(Number(raw(index)))
    case "bfloat16":
      return (index) => brainHalfToNumber(Number(raw(index)))
    case "int4":
      return (index) => (nibble(data, index) << 28) >> 28
    case "uint4":
      return (index) => nibble(data, index)
    default:
      return raw
  }
}

/** Two a byte, the low one first. */
function nibble(data: Uint8Array, index: number): number {
  return ((data[index >> 1] ?? 0) >> (index & 1 ? 4 : 0)) & 15
}
