import type { Convolution, TransposedConvolution } from "../graph/operation.js"
import { sizeOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import type { ConvolutionShape } from "../kernels/convolution.js"
import { blockSize } from "../kernels/layout.js"

/** Images of float32, as a tensor has them. */
export interface Image {
  readonly batch: number
  readonly channels: number
  readonly size: readonly [number, number]
}

/** A tensor as images: of three dimensions as images of one row. */
export function imageOf({ shape, type, size }: Tensor): Image | undefined {
  if (type !== "float32" || size === 0) return undefined
  const [batch = 1, channels = 1, ...rest] = shape
  if (rest.length < 1 || rest.length > 2 || sizeOf(rest) > mostPixels) return undefined
  return { batch, channels, size: pair(rest, 1) }
}

/** Kernels count the floats of one block of channels in int. */
const mostPixels = (2 ** 31 - 1) / blockSize

/** Of one number a dimension, two. */
export function pair(values: readonly number[], missing: number): [number, number] {
  return values.length === 1 ? [missing, values[0] as number] : [values[0] as number, values[1] as number]
}

/** A convolution as the fast kernels have it. */
export function convolutionShape(operation: Convolution | TransposedConvolution): ConvolutionShape | undefined {
  const { inputs, outputs, strides, dilations, pads } = operation
  const groups = operation.kind === "convolution" ? operation.groups : 1
  const [input, weights] = inputs as [Tensor, Tensor]
  const image = imageOf(input)
  const result = imageOf(outputs[0] as Tensor)
  if (image === undefined || result === undefined || weights.type !== "float32") return undefined
  const spatial = input.shape.length - 2
  const shape: ConvolutionShape = {
    ...image,
    outputChannels: result.channels,
    outputSize: result.size,
    kernel: pair(weights.shape.slice(2), 1),
    strides: pair(strides, 1),
    dilations: pair(dilations, 1),
    pads: pair(pads.slice(0, spatial), 0),
    groups,
  }
  return isCompact(shape) ? shape : undefined
}

/**
 * Fast kernels copy to their own memory what a tile of pixels needs of a row, or have a line of text for each of its
 * columns: not of what reaches further than any filter.
 */
function isCompact(shape: ConvolutionShape): boolean {
  const most = isDepthwise(shape) ? 64 : 512
  const { kernel, strides, dilations } = shape
  return ([0, 1] as const).every((axis) => Math.max(kernel[axis] * dilations[axis], strides[axis]) <= most)
}

const isDepthwise = ({ groups, channels, outputChannels }: ConvolutionShape) =>
  groups === channels && groups === outputChannels

/** Of one image. */
export const pixelsOf = ({ size }: Pick<ConvolutionShape, "size">) => size[0] * size[1]
