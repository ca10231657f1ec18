import { type TestTensor, tensor } from "../operators/network-runner.js"

/** A tensor of floats, of which `of` gives each by its index in row-major order. */
export function filled(shape: readonly number[], of: (index: number) => number): TestTensor {
  const size = shape.reduce((product, length) => product * length, 1)
  return tensor(
    "float32",
    shape,
    Array.from({ length: size }, (_, index) => Math.fround(of(index))),
  )
}

/** Each its own index, which tells where a result came from. */
export const numbered = (...shape: readonly number[]) => filled(shape, (index) => index)

/** Weights of a convolution that leaves images as they are, but in the blocked layout. */
export const unchanged = (channels: number, ...kernel: readonly number[]) => {
  const area = kernel.reduce((product, length) => product * length, 1)
  const middle = (area - 1) / 2
  return filled([channels, channels, ...kernel], (index) => {
    const matrix = Math.floor(index / area)
    return index % area === middle && Math.floor(matrix / channels) === matrix % channels ? 1 : 0
  })
}

/** The elements of `x`, changed. */
export const each = (x: TestTensor, of: (value: number, index: number) => number): readonly number[] =>
  x.elements.map((value, index) => of(Number(value), index))
