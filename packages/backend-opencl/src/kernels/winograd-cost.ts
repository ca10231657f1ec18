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
 * None where any work-item's memory is more than a core's own, where weights pass through, too.
 */
export function wholeTiles(device: KernelDevice, shape: ConvolutionShape): readonly EstimatedTile[] {
  const fits = ({ tile }: EstimatedTile) => {
    const channels = blocksOf(shape.channels) * blockSize + columnsOf(tile)
    return 36 * tile.rows * channels * 4 <= device.localMemory * 0.6
  }
  return tilesFor(device, matrixOfWhole(shape), blockSize)
    .filter(fits)
    .map(({ tile, cycles }) => ({ tile, cycles: cyclesOfWhole(device, shape, tile, cycles) }))
    .sort((a, b) => a.cycles - b.cycles)
}

/** Every work-item reads all weights. */
function cyclesOfWhole(device: KernelDevice, shape: ConvolutionShape, tile: RegisterTile, step: number): number {
  const rounds = Math.ceil(Math.ceil(tilesOf(shape).count / tile.rows) / device.computeUnits)
  const weights = 36 * shape.channels * columnsOfAll(shape) * 4
  const rate = weights <= ownCache ? rates.ownCache : weights <= sharedCache ? rates.sharedCache : rates.memory
  const isNear = 36 * tile.rows * columnsOf(tile) * 4 <= nearestCache
  return (
    36 * shape.channels * step +
    (rounds * weights) / rate +
    cyclesOfTransforms(device, shape, isNear ? 0 : fromOwnCache)
  )
}

/** About the cycles that three kernels for each strip take, on all cores together, if there is one strip. */
export function cyclesOfStrips(device: KernelDevice, shape: ConvolutionShape): number {
  const matrix = { rows: tilesOf(shape).count, columns: columnsOfAll(shape), repeats: 36 }
  const multiply = shape.channels * cyclesOfStep(device, matrix, chooseTile(device, matrix, blockSize))
  const weights = 36 * shape.channels * columnsOfAll(shape) * 4
  const between =
    tilesOf(shape).count * 36 * blockSize * 4 * (blocksOf(shape.channels) + blocksOf(shape.outputChannels))
  return (
    multiply +
    weights / (rates.memory * device.computeUnits) +
    cyclesOfTransforms(device, shape) +
    (2 * between) / (rates.between * device.computeUnits) +
    threeLaunches
  )
}

const columnsOfAll = ({ outputChannels }: ConvolutionShape): number => blocksOf(outputChannels) * blockSize

const matrixOfWhole = (shape: ConvolutionShape): TiledMatrix => ({
  rows: tilesOf(shape).count,
  columns: columnsOfAll(shape),
  repeats: 1,
  columnsTogether: true,
})

/**
 * Bytes, of what a kernel reads again and again: in the cache nearest to a core, in its own, in the one that cores share.
 * Measured, with what follows, on a Zen 5 with two cores at about 4 GHz: of eight layers, of 14x14 to 160x160 pixels and 32
 * to 512 channels, each takes 0.9 to 1.15 of the estimate.
 */
const nearestCache = 32 << 10
const ownCache = 1 << 20
const sharedCache = 8 << 20

/** Bytes in a cycle that a core reads, while it multiplies: of weights that lie there, and of what another kernel left. */
const rates = { ownCache: 75, sharedCache: 32, memory: 12, between: 9 }

/** Cycles. */
const threeLaunches = 120_000

/** More that the transform of a tile of a block of channels takes if the sums have left the nearest cache. */
const fromOwnCache = 100

/** A tile of a block of channels takes some 200 cycles there, and 150 back. */
function cyclesOfTransforms({ computeUnits, vectorWidth }: KernelDevice, shape: ConvolutionShape, more = 0): number {
  const cycles = (200 + more) * blocksOf(shape.channels) + (150 + more) * blocksOf(shape.outputChannels)
  return (tilesOf(shape).count * cycles * (blockSize / vectorWidth)) / computeUnits
}
