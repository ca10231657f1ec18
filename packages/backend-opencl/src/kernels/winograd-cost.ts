import type { ConvolutionShape } from "./convolution.js"
import type { KernelDevice } from "./kernel-device.js"
import { blockSize, blocksOf } from "./layout.js"
import {
  chooseTile,
  columnsOf,
  cyclesOfStep,
  type EstimatedTile,
  type RegisterTile,
  type TiledMatrix,
  tilesFor,
} from "./register-tile.js"

/** How Winograd's filtering cuts images up. */
export interface WinogradTiles {
  readonly high: number
  readonly wide: number
  /** Of all images. */
  readonly count: number
}

export function tilesOf({ batch, outputSize }: ConvolutionShape): WinogradTiles {
  const [high, wide] = [Math.ceil(outputSize[0] / 4), Math.ceil(outputSize[1] / 4)]
  return { high, wide, count: batch * high * wide }
}

/** The tile of sums of a kernel that does all by itself. @param rows Default: the soonest's */
export const tileOfWhole = (device: KernelDevice, shape: ConvolutionShape, rows?: number): RegisterTile =>
  chooseTile(device, matrixOfWhole(shape), blockSize, rows)

/**
 * Tiles of sums for such a kernel, the soonest first, and about the cycles that it takes by each, on all cores together.
 * None where work-items with the soonest have more memory than a core's own, where weights pass through, too.
 */
export function wholeTiles(device: KernelDevice, shape: ConvolutionShape): readonly EstimatedTile[] {
  const tiles = tilesFor(device, matrixOfWhole(shape), blockSize)
  const fitting = tiles.filter(({ tile }) => {
    const channels = blocksOf(shape.channels) * blockSize + columnsOf(tile)
    return 36 * tile.rows * channels * 4 <= device.localMemory * 0.6
  })
  return fitting[0] === tiles[0]
    ? fitting.map(({ tile, cycles }) => ({ tile, cycles: cyclesOfWhole(device, shape, tile, cycles) }))
    : []
}

/** Every work-item reads all weights. */
function cyclesOfWhole(device: KernelDevice, shape: ConvolutionShape, tile: RegisterTile, step: number): number {
  const matrix = matrixOfWhole(shape)
  const multiply = 36 * shape.channels * step
  const rounds = Math.ceil(Math.ceil(matrix.rows / tile.rows) / device.computeUnits)
  return Math.max(multiply, rounds * cyclesOfWeights(shape, 1)) + cyclesOfTransforms(device, shape)
}

/** About the cycles that three kernels for each strip take, on all cores together, if there is one strip. */
export function cyclesOfStrips(device: KernelDevice, shape: ConvolutionShape): number {
  const matrix = { rows: tilesOf(shape).count, columns: columnsOfAll(shape), repeats: 36 }
  const multiply = shape.channels * cyclesOfStep(device, matrix, chooseTile(device, matrix, blockSize))
  const between =
    tilesOf(shape).count * 36 * blockSize * 4 * (blocksOf(shape.channels) + blocksOf(shape.outputChannels))
  const launches = 2 * 30_000
  return (
    Math.max(multiply, cyclesOfWeights(shape, device.computeUnits)) +
    cyclesOfTransforms(device, shape) +
    (2 * between) / (sharedCacheRate * device.computeUnits) +
    launches
  )
}

const columnsOfAll = ({ outputChannels }: ConvolutionShape): number => blocksOf(outputChannels) * blockSize

const matrixOfWhole = (shape: ConvolutionShape): TiledMatrix => ({
  rows: tilesOf(shape).count,
  columns: columnsOfAll(shape),
  repeats: 1,
  columnsTogether: true,
})

/** Bytes in a cycle that a core reads from the cache that all share, and that all cores read from memory. */
const sharedCacheRate = 25
const memoryRate = 12

/** Reading all weights once, by one core or shared among several. */
function cyclesOfWeights(shape: ConvolutionShape, cores: number): number {
  const byteLength = 36 * shape.channels * columnsOfAll(shape) * 4
  return byteLength / (byteLength > 12 << 20 ? memoryRate * (cores === 1 ? 0.5 : 1) : sharedCacheRate * cores)
}

/** Measured: a tile of a block of channels takes some 200 cycles there, and 150 back. */
function cyclesOfTransforms({ computeUnits, vectorWidth }: KernelDevice, shape: ConvolutionShape): number {
  const cycles = 200 * blocksOf(shape.channels) + 150 * blocksOf(shape.outputChannels)
  return (tilesOf(shape).count * cycles * (blockSize / vectorWidth)) / computeUnits
}
