import { broadcastShapes, broadcastStrides, forEachIndex } from "../../src/graph/shape.js"
import { plainConvolution } from "../kernels/plain-convolution.js"

/** An image in the plain layout: [batch, channels, height, width]. */
export interface Plain {
  readonly shape: readonly number[]
  readonly elements: Float32Array
}

type Shape4 = readonly [number, number, number, number]

const shape4 = ({ shape }: Plain) => shape as Shape4

/** A convolution with a square kernel, strides of 1, and pads that keep the image's size. */
export function convolve(x: Plain, weights: Plain, groups: number): Plain {
  const [batch, channels, height, width] = shape4(x)
  const [outputChannels, , side] = shape4(weights)
  const pad = (side - 1) / 2
  const elements = plainConvolution(
    {
      ...{ batch, channels, size: [height, width], outputChannels, outputSize: [height, width], groups },
      ...{ kernel: [side, side], strides: [1, 1], dilations: [1, 1], pads: [pad, pad] },
    },
    { input: x.elements, weights: weights.elements, bias: undefined },
  )
  return { shape: [batch, outputChannels, height, width], elements }
}

/** Of two that broadcast to one another. */
export function combine(a: Plain, b: Plain, of: (a: number, b: number) => number): Plain {
  const shape = broadcastShapes([a.shape, b.shape])
  const elements: number[] = []
  forEachIndex(shape, [broadcastStrides(a.shape, shape), broadcastStrides(b.shape, shape)], ([inA, inB]) => {
    elements.push(of(a.elements[inA as number] as number, b.elements[inB as number] as number))
  })
  return { shape, elements: Float32Array.from(elements) }
}

/** An image of which `of` says what is at each place. */
function image(shape: Shape4, of: (batch: number, channel: number, row: number, column: number) => number): Plain {
  const elements: number[] = []
  forEachIndex(shape, [], (_, place) => elements.push(of(...(place as unknown as Shape4))))
  return { shape, elements: Float32Array.from(elements) }
}

function at({ shape, elements }: Plain, ...place: Shape4): number {
  return elements[place.reduce((index, one, axis) => index * (shape[axis] as number) + one, 0)] as number
}

/** Channels after one another. */
export function concatenate(parts: readonly Plain[]): Plain {
  const [batch, , height, width] = shape4(parts[0] as Plain)
  const origins = parts.flatMap((part) => Array.from({ length: shape4(part)[1] }, (_, channel) => ({ part, channel })))
  return image([batch, origins.length, height, width], (one, channel, row, column) => {
    const origin = origins[channel] as { part: Plain; channel: number }
    return at(origin.part, one, origin.channel, row, column)
  })
}

/** Channels `from` up to `to`. */
export function sliceChannels(x: Plain, from: number, to: number): Plain {
  const [batch, , height, width] = shape4(x)
  return image([batch, to - from, height, width], (one, channel, row, column) =>
    at(x, one, from + channel, row, column),
  )
}

export function swapRowsAndColumns(x: Plain): Plain {
  const [batch, channels, height, width] = shape4(x)
  return image([batch, channels, width, height], (one, channel, row, column) => at(x, one, channel, column, row))
}

/** The largest of each window of 2 x 2, with strides of 1. */
export function poolLargest(x: Plain): Plain {
  const [batch, channels, height, width] = shape4(x)
  return image([batch, channels, height - 1, width - 1], (one, channel, row, column) => {
    const rows = [row, row + 1]
    return Math.max(...rows.flatMap((y) => [at(x, one, channel, y, column), at(x, one, channel, y, column + 1)]))
  })
}

export function averageOfAll(x: Plain): Plain {
  const [batch, channels, height, width] = shape4(x)
  return image([batch, channels, 1, 1], (one, channel) => {
    let sum = 0
    for (let row = 0; row < height; row += 1)
      for (let column = 0; column < width; column += 1) sum += at(x, one, channel, row, column)
    return sum / (height * width)
  })
}

/** Each image times a square matrix. */
export function multiply(x: Plain, matrix: Plain): Plain {
  const width = shape4(x)[3]
  return image(shape4(x), (one, channel, row, column) => {
    let sum = 0
    for (let inner = 0; inner < width; inner += 1)
      sum += at(x, one, channel, row, inner) * (matrix.elements[inner * width + column] as number)
    return sum
  })
}
