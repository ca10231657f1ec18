import { convolutionSource } from "./convolution-source.js"
import { packConvolutionWeights } from "./convolution-weights.js"
import { type Depth, depthIntegers } from "./depth.js"
import type { Epilogue, KernelCall, WeightedKernels } from "./kernel-call.js"
import type { KernelDevice } from "./kernel-device.js"
import { blockSize, blocksOf } from "./layout.js"
import { chooseTile, columnsOf, type EstimatedTile, type TiledMatrix, tilesFor } from "./register-tile.js"

/** A convolution of images; pairs are of height and width. */
export interface ConvolutionShape {
  readonly batch: number
  readonly channels: number
  readonly size: readonly [number, number]
  readonly outputChannels: number
  readonly outputSize: readonly [number, number]
  readonly kernel: readonly [number, number]
  readonly strides: readonly [number, number]
  readonly dilations: readonly [number, number]
  /** Above and left; what is missing below and right follows from the output's size. */
  readonly pads: readonly [number, number]
  readonly groups: number
  /** Of images of slices; their pixels lie slice by slice. Those of two dimensions have none. */
  readonly depth?: Depth | undefined
}

/** Pixels of an image, in all its slices. */
export const pixelsOf = ({ size, depth }: Pick<ConvolutionShape, "size" | "depth">): number =>
  (depth?.size ?? 1) * size[0] * size[1]

/** Of the result. */
export const outputPixelsOf = ({ outputSize, depth }: Pick<ConvolutionShape, "outputSize" | "depth">): number =>
  (depth?.outputSize ?? 1) * outputSize[0] * outputSize[1]

/** Places of the kernel. */
export const areaOf = ({ kernel, depth }: Pick<ConvolutionShape, "kernel" | "depth">): number =>
  (depth?.kernel ?? 1) * kernel[0] * kernel[1]

/**
 * A convolution into the blocked layout. Buffers: input, weights (packed), output.
 *
 * @param input the input's layout; plain is for the first layer, whose channels are few
 * @param bias whether there is one; it is packed with the weights
 * @param rows pixels of a tile, of {@link convolutionTiles}. Default: the first's
 */
export function convolution(
  device: KernelDevice,
  shape: ConvolutionShape,
  { input, bias, epilogue, rows }: { input: "blocked" | "plain"; bias: boolean; epilogue: Epilogue; rows?: number },
): WeightedKernels {
  const whole = flat(wholeGroups(shape))
  const { batch, channels, size, outputChannels, outputSize, kernel, strides, dilations, pads, groups, depth } = whole
  const matrix = matrixOf(whole)
  const tile = chooseTile(device, matrix, blockSize, rows)
  const columns = columnsOf(tile)
  const tilesOfGroup = Math.ceil(matrix.columns / columns)
  const lanes = input === "plain" ? 1 : blockSize
  const reach = (axis: 0 | 1) => (outputSize[axis] - 1) * strides[axis] + (kernel[axis] - 1) * dilations[axis] + 1
  const padded = pads[0] !== 0 || pads[1] !== 0 || reach(0) > size[0] || reach(1) > size[1]
  const call: KernelCall = {
    source: convolutionSource({
      tile,
      lanes,
      kernel,
      strides,
      dilations,
      depth,
      padded,
      oneMemory: device.kind === "cpu",
      epilogue,
    }),
    buffers: ["input", "weights", "output"],
    integers: [
      ...[channels / groups, groups, tilesOfGroup, ...size],
      ...[matrix.columns / blockSize, ...outputSize, ...pads],
      ...depthIntegers(depth),
    ],
    // Last comes what changes the weights, so that they stay in the cache for all pixels.
    global: [
      Math.ceil(outputSize[1] / tile.rows),
      batch * (depth?.outputSize ?? 1) * outputSize[0],
      groups * tilesOfGroup,
    ],
    local: [1, 1, 1],
  }
  const weights = packConvolutionWeights({
    columns,
    lanes,
    channels: channels / groups,
    outputChannels,
    groups,
    weightGroups: shape.groups / groups,
    area: areaOf(whole),
    bias,
  })
  return { calls: [call], weights, scratch: {} }
}

/** Tiles for a convolution, the soonest first, and the cycles that it takes by each, on all cores together. */
export function convolutionTiles(device: KernelDevice, shape: ConvolutionShape): readonly EstimatedTile[] {
  const { channels, groups } = wholeGroups(shape)
  const steps = (channels / groups) * areaOf(shape)
  const tiles = tilesFor(device, matrixOf(flat(wholeGroups(shape))), blockSize)
  return tiles.map(({ tile, cycles }) => ({ tile, cycles: cycles * steps }))
}

/** The results of a row of pixels, for each row and each group. */
const matrixOf = ({ batch, outputChannels, outputSize, groups, depth }: ConvolutionShape): TiledMatrix => ({
  rows: outputSize[1],
  columns: (blocksOf(outputChannels) / groups) * blockSize,
  repeats: batch * groups * (depth?.outputSize ?? 1) * outputSize[0],
})

/** Where groups aren't whole blocks, all channels are one group, and weights between groups are zeros. */
function wholeGroups(shape: ConvolutionShape): ConvolutionShape {
  const { channels, outputChannels, groups } = shape
  const isWhole = (count: number) => (count / groups) % blockSize === 0
  return groups === 1 || (isWhole(channels) && isWhole(outputChannels)) ? shape : { ...shape, groups: 1 }
}

/** A convolution of single pixels knows no rows: one long row wastes least at its end. */
function flat(shape: ConvolutionShape): ConvolutionShape {
  const { size, outputSize, kernel, strides, pads } = shape
  const isPointwise = [...kernel, ...strides].every((one) => one === 1) && pads[0] === 0 && pads[1] === 0
  if (!isPointwise || shape.depth !== undefined || size[0] !== outputSize[0] || size[1] !== outputSize[1]) return shape
  const row = [1, size[0] * size[1]] as const
  return { ...shape, size: row, outputSize: row }
}
