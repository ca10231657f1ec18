import type { Convolution, TransposedConvolution } from "../graph/operation.js"
import { sizeOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import type { ConvolutionShape } from "../kernels/convolution.js"
import type { Depth } from "../kernels/depth.js"
import { blockSize } from "../kernels/layout.js"

/** Images of float32, as a tensor has them. */
export interface Image {
  readonly batch: number
  readonly channels: number
  readonly size: readonly [number, number]
}

/**
 * A tensor as images: of three dimensions as images of one row, of five with their slices below one another, as they lie.
 */
export function imageOf({ shape, type, size }: Tensor): Image | undefined {
  if (type !== "float32" || size === 0) return undefined
  const [batch = 1, channels = 1, ...rest] = shape
  if (rest.length < 1 || rest.length > 3 || sizeOf(rest) > mostPixels) return undefined
  if (rest.length < 3) return { batch, channels, size: pair(rest, 1) }
  const [depth = 1, height = 1, width = 1] = rest
  return { batch, channels, size: [depth * height, width] }
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
  const [output] = outputs as [Tensor]
  const image = imageOf(input)
  const result = imageOf(output)
  if (image === undefined || result === undefined || weights.type !== "float32") return undefined
  const spatial = input.shape.length - 2
  if (spatial === 3)
    return operation.kind === "convolution" ? shapeOfVolumes(operation, input, weights, output) : undefined
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
  return compact(shape)
}

/** A convolution of images of slices: as one of images where it doesn't go along all three dimensions. */
function shapeOfVolumes(
  { groups, strides, dilations, pads }: Convolution,
  input: Tensor,
  weights: Tensor,
  output: Tensor,
): ConvolutionShape | undefined {
  const [batch = 1, channels = 1, ...size] = input.shape
  const [, outputChannels = 1, ...outputSize] = output.shape
  const kernel = weights.shape.slice(2)
  const axis = (at: number) => ({
    ...{ size: size[at] as number, outputSize: outputSize[at] as number, kernel: kernel[at] as number },
    ...{ stride: strides[at] as number, dilation: dilations[at] as number, pad: pads[at] as number },
  })
  const [depth, height, width] = [axis(0), axis(1), axis(2)]
  const isAlone = (one: Depth) => one.kernel === 1 && one.stride === 1 && one.pad === 0 && one.size === one.outputSize
  const merged = (a: Depth, b: Depth): Depth => ({
    ...a,
    size: a.size * b.size,
    outputSize: a.outputSize * b.outputSize,
  })
  const common = { batch, channels, outputChannels, groups }
  // Pixels of a slice lie as those of a row do.
  if (isAlone(height) && isAlone(width)) return compact({ ...common, ...plane(depth, merged(width, height)) })
  return compact({ ...common, ...plane(height, width), depth })
}

const plane = (height: Depth, width: Depth) => ({
  size: [height.size, width.size] as const,
  outputSize: [height.outputSize, width.outputSize] as const,
  kernel: [height.kernel, width.kernel] as const,
  strides: [height.stride, width.stride] as const,
  dilations: [height.dilation, width.dilation] as const,
  pads: [height.pad, width.pad] as const,
})

const compact = (shape: ConvolutionShape) => (isCompact(shape) ? shape : undefined)

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
