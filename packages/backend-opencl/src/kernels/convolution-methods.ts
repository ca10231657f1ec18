import { type ConvolutionShape, convolutionTiles } from "./convolution.js"
import { type GroupedPointwiseShape, groupedPointwiseTiles } from "./grouped-pointwise.js"
import type { KernelDevice } from "./kernel-device.js"
import { blockSize } from "./layout.js"
import type { EstimatedTile } from "./register-tile.js"
import { isWinograd } from "./winograd.js"
import { cyclesOfStrips, wholeTiles } from "./winograd-cost.js"

/** A family of kernels that computes a convolution, and the rows of its tiles of sums, if it has any to choose from. */
export interface ConvolutionMethod {
  readonly family: "depthwise" | "grouped-pointwise" | "sums" | "winograd-whole" | "winograd-strips"
  readonly rows?: number
  /** About the cycles that it takes, on all cores together: for comparing the methods of one convolution. */
  readonly cycles: number
}

/** Whether weights take four times their memory, as Winograd's do. */
export const isTransformed = ({ family }: { readonly family: string }): boolean =>
  family === "winograd-whole" || family === "winograd-strips"

/**
 * All ways to compute a convolution into the blocked layout, the soonest first, by estimate.
 *
 * @param input the input's layout; plain is for the first layer, whose channels are few
 */
export function convolutionMethods(
  device: KernelDevice,
  shape: ConvolutionShape,
  input: "blocked" | "plain",
): readonly ConvolutionMethod[] {
  const { channels, outputChannels, groups } = shape
  if (input === "blocked" && groups > 1) {
    if (channels === groups && outputChannels === groups) return [{ family: "depthwise", cycles: 0 }]
    if (isGroupedPointwise(shape)) {
      return methods("grouped-pointwise", groupedPointwiseTiles(device, groupedPointwiseShape(shape)))
    }
  }
  const sums = methods("sums", convolutionTiles(device, shape))
  // Winograd's kernels are for CPUs, whose memory is all of one kind.
  if (input === "plain" || device.kind !== "cpu" || !isWinograd(shape)) return sums
  return [
    ...sums,
    ...methods("winograd-whole", wholeTiles(device, shape)),
    { family: "winograd-strips", cycles: cyclesOfStrips(device, shape) } as const,
  ].sort((a, b) => a.cycles - b.cycles)
}

const methods = (family: ConvolutionMethod["family"], tiles: readonly EstimatedTile[]): readonly ConvolutionMethod[] =>
  tiles.map(({ tile, cycles }) => ({ family, rows: tile.rows, cycles }))

/** Kernels of single pixels, in groups that aren't whole blocks. */
function isGroupedPointwise({ size, outputSize, kernel, strides, pads, ...shape }: ConvolutionShape): boolean {
  if (shape.depth !== undefined) return false
  const isSame = size[0] === outputSize[0] && size[1] === outputSize[1]
  const isPointwise = [...kernel, ...strides].every((one) => one === 1) && pads.every((one) => one === 0) && isSame
  const { channels, outputChannels, groups } = shape
  const areBlocks = (channels / groups) % blockSize === 0 && (outputChannels / groups) % blockSize === 0
  return isPointwise && !areBlocks
}

export function groupedPointwiseShape(shape: ConvolutionShape): GroupedPointwiseShape {
  const { batch, channels, size, outputChannels, groups } = shape
  return { batch, channels, outputChannels, pixels: size[0] * size[1], groups, shuffle: 1 }
}
