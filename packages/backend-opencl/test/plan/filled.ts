import { sizeOf } from "../../src/graph/shape.js"
import { randomFloats } from "../kernels/kernel-runner.js"
import { type TestTensor, tensor } from "../operators/network-runner.js"

/** A tensor of floats, of which `of` gives each by its index in row-major order. */
export function filled(shape: readonly number[], of: (index: number) => number): TestTensor {
  return tensor(
    "float32",
    shape,
    Array.from({ length: sizeOf(shape) }, (_, index) => Math.fround(of(index))),
  )
}

/** Floats between -1 and 1 that are the same in every run. */
export const random = (shape: readonly number[], seed: number): TestTensor =>
  tensor("float32", shape, [...randomFloats(sizeOf(shape), seed)])

/** Each its own index, which tells where a result came from. */
export const numbered = (...shape: readonly number[]) => filled(shape, (index) => index)

/** Weights of a convolution that leaves images as they are, but in the blocked layout. */
export const unchanged = (channels: number, ...kernel: readonly number[]) => {
  const area = sizeOf(kernel)
  const middle = (area - 1) / 2
  return filled([channels, channels, ...kernel], (index) => {
    const matrix = Math.floor(index / area)
    return index % area === middle && Math.floor(matrix / channels) === matrix % channels ? 1 : 0
  })
}

/** The elements of `x`, changed. */
export const each = (x: TestTensor, of: (value: number, index: number) => number): readonly number[] =>
  x.elements.map((value, index) => of(Number(value), index))
