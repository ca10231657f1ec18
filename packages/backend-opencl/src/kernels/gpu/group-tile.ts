import type { KernelDevice } from "../kernel-device.js"

/** Results that a work-group computes together: what its items read they share, in local memory. */
export interface GroupTile {
  /** Rows and columns of results that an item computes: four that lie together, or twice four, half a tile apart. */
  readonly itemRows: 4 | 8
  readonly itemColumns: 4 | 8
  /** Items side by side, and one below the other. */
  readonly across: number
  readonly down: number
  /** Steps of the sums for which factors are copied at a time. */
  readonly depth: 8 | 16
}

export const rowsOfTile = ({ itemRows, down }: GroupTile): number => itemRows * down
export const columnsOfTile = ({ itemColumns, across }: GroupTile): number => itemColumns * across
export const itemsOfTile = ({ across, down }: GroupTile): number => across * down

/** What distinguishes a tile among {@link tiles}. */
export const nameOfTile = (tile: GroupTile): string => `${rowsOfTile(tile)}x${columnsOfTile(tile)}`

/**
 * Vectors of four floats from a step's factors to the next one's, in local memory. One more than there are: factors that
 * lie along the depth are turned over as they are written, and would all compete for a few of the memory's banks.
 */
export const strideOf = (length: number): number => length / 4 + 1

/** Bytes of local memory, in which a piece of both matrices is twice: one is read while the next is written. */
export const localBytesOf = (tile: GroupTile): number =>
  2 * tile.depth * (strideOf(rowsOfTile(tile)) + strideOf(columnsOfTile(tile))) * 16

const tile = (
  [down, across]: readonly [number, number],
  [itemRows, itemColumns]: readonly [4 | 8, 4 | 8],
  depth: 8 | 16,
): GroupTile => ({ itemRows, itemColumns, across, down, depth })

/**
 * All that there are. An item of 8 by 8 multiplies 64 times for 16 floats that it reads of local memory, and has its sums
 * in 64 of the 128 registers that leave room for two groups of 256 on NVIDIA's processors; smaller ones are for matrices
 * that wouldn't keep all of the device busy, and for few columns.
 */
const tiles: readonly GroupTile[] = [
  tile([16, 16], [8, 8], 8),
  tile([16, 8], [8, 8], 8),
  tile([8, 8], [8, 8], 8),
  tile([16, 8], [8, 4], 16),
  tile([16, 8], [4, 4], 16),
  tile([8, 8], [4, 4], 16),
  tile([16, 4], [4, 4], 16),
]

/** What a group has at least on a device for which these kernels are. */
export const least = { items: 64, localMemory: localBytesOf(tile([16, 4], [4, 4], 16)) } as const

/** A matrix of results, or several alike. */
export interface SharedMatrix {
  readonly rows: number
  readonly columns: number
  readonly repeats: number
  readonly depth: number
  /** What a tile's columns must divide, if anything: those of a group of channels. */
  readonly unit?: number
}

/** A tile, and about the cycles that it takes, on all cores together: for comparing the tiles of one matrix. */
export interface EstimatedGroupTile {
  readonly tile: GroupTile
  readonly cycles: number
}

/** Tiles that a device has room for, the soonest first, by estimate. */
export function groupTiles(device: KernelDevice, matrix: SharedMatrix): readonly EstimatedGroupTile[] {
  const fits = (tile: GroupTile) =>
    itemsOfTile(tile) <= device.largestGroup &&
    localBytesOf(tile) <= device.localMemory &&
    (matrix.unit === undefined || columnsOfTile(tile) === 16 || matrix.unit % columnsOfTile(tile) === 0)
  return tiles
    .filter(fits)
    .map((tile) => ({ tile, cycles: cyclesOf(device, matrix, tile) }))
    .sort((a, b) => a.cycles - b.cycles)
}

/** Items that keep a core's units busy, where each has 64 sums that don't wait for one another. */
const busyItems = 256
/** Floats that a core multiplies for one that it reads of local memory: a quarter as many of these as of those a cycle. */
const balance = 4

function cyclesOf({ computeUnits }: KernelDevice, matrix: SharedMatrix, tile: GroupTile): number {
  const [rows, columns] = [rowsOfTile(tile), columnsOfTile(tile)]
  const groups = Math.ceil(matrix.rows / rows) * Math.ceil(matrix.columns / columns) * matrix.repeats
  const groupsOfCore = Math.ceil(groups / computeUnits)
  const { itemRows, itemColumns } = tile
  const results = itemRows * itemColumns
  // Items side by side read the same rows at once, which counts once.
  const reads = (itemColumns + itemRows / 4) * balance
  const perStep = rows * columns * Math.max(1, reads / results)
  // What is copied is read of memory once a tile, and its indices are computed.
  const copying = ((rows + columns) * busyItems) / 32
  const share = Math.min(1, (groupsOfCore * itemsOfTile(tile)) / busyItems)
  return ((groupsOfCore * (perStep + copying)) / share) * matrix.depth
}
