import { type KernelDevice, registerCounts } from "./kernel-device.js"
import { lines, vectorType } from "./vector-text.js"

/** Results that one work-item computes at a time: each is a sum, and all sums stay in registers. */
export interface RegisterTile {
  /** Rows of a matrix, or pixels. */
  readonly rows: number
  /** Vectors of columns, or of output channels. */
  readonly vectors: number
  /** Floats of a vector. */
  readonly width: 4 | 8 | 16
}

/** Columns, or output channels, of a tile. */
export const columnsOf = ({ vectors, width }: RegisterTile): number => vectors * width

/** A matrix of results, or several alike. */
export interface TiledMatrix {
  readonly rows: number
  readonly columns: number
  readonly repeats: number
  /** Whether a work-item computes all columns of its rows, one tile after the other; else it computes one tile. */
  readonly columnsTogether?: boolean
}

/** A tile, and the estimate of {@link cyclesOfStep}. */
export interface EstimatedTile {
  readonly tile: RegisterTile
  readonly cycles: number
}

/**
 * Tiles for matrices, the soonest first: of those that cut the rows into as many pieces, the soonest. How wide they are
 * depends on the columns alone, and so does how weights are packed: they stay as they are where images or batches change
 * their size.
 *
 * @param step the tiles' columns are a multiple of this
 */
export function tilesFor(device: KernelDevice, matrix: TiledMatrix, step: number): readonly EstimatedTile[] {
  const vectors = chooseVectors(device, matrix.columns, step)
  const most = Math.min(matrix.rows, mostRows(device, vectors))
  const tiles = Array.from({ length: most }, (_, index) => ({ rows: most - index, vectors, width: device.vectorWidth }))
  const pieces = new Set<number>()
  return tiles
    .map((tile) => ({ tile, cycles: cyclesOfStep(device, matrix, tile) }))
    .sort((a, b) => a.cycles - b.cycles)
    .filter(({ tile }) => {
      const count = Math.ceil(matrix.rows / tile.rows)
      return !pieces.has(count) && pieces.add(count)
    })
}

/**
 * One of {@link tilesFor}.
 *
 * @param rows the tile's. Default: of the one that is estimated to be soonest
 */
export function chooseTile(device: KernelDevice, matrix: TiledMatrix, step: number, rows?: number): RegisterTile {
  const tiles = tilesFor(device, matrix, step)
  const found = rows === undefined ? tiles[0] : tiles.find(({ tile }) => tile.rows === rows)
  if (found === undefined) throw new RangeError(`There is no tile of ${rows ?? "any"} rows for these matrices.`)
  return found.tile
}

/** Cycles in which all sums of a matrix take a step, on all cores together. */
export function cyclesOfStep(
  { computeUnits }: KernelDevice,
  { rows, columns, repeats, columnsTogether = false }: TiledMatrix,
  tile: RegisterTile,
): number {
  const columnTiles = Math.ceil(columns / columnsOf(tile))
  const workItems = repeats * Math.ceil(rows / tile.rows) * (columnsTogether ? 1 : columnTiles)
  return Math.ceil(workItems / computeUnits) * (columnsTogether ? columnTiles : 1) * cyclesOf(tile)
}

function chooseVectors(device: KernelDevice, columns: number, step: number): number {
  const width = device.vectorWidth
  const widths = Array.from({ length: 8 }, (_, index) => ((index + 1) * step) / width)
  const fitting = widths.filter((vectors) => mostRows(device, vectors) > 0)
  return least(fitting, (vectors) => {
    const rows = mostRows(device, vectors)
    return (Math.ceil(columns / (vectors * width)) * cyclesOf({ rows, vectors, width })) / rows
  })
}

/** One register holds the factor of a row, and each vector's weights take one. */
export const mostRows = ({ vectorWidth }: KernelDevice, vectors: number): number =>
  Math.floor((registerCounts[vectorWidth] - 2 - vectors) / vectors)

/**
 * Cycles of one step of a tile's sums, on a core that does two multiply-adds and two loads in a cycle, and has a sum ready
 * for the next step after four.
 */
function cyclesOf({ rows, vectors }: RegisterTile): number {
  return Math.max((rows * vectors) / 2, (rows + vectors) / 2, 4) + 0.5
}

/** The first of those whose measure is least. */
function least<Value>(values: readonly Value[], measure: (value: Value) => number): Value {
  const measures = values.map(measure)
  const best = values[measures.indexOf(Math.min(...measures))]
  if (best === undefined) throw new RangeError("There is nothing to choose from: a matrix has at least one row.")
  return best
}

/** The name of a tile's sum. */
export const sum = (row: number, vector: number): string => `sum${row}_${vector}`

/** Text for each of a tile's sums. */
export function forEachSum(tile: RegisterTile, text: (row: number, vector: number) => string): string {
  return lines(tile.rows, (row) => lines(tile.vectors, (vector) => text(row, vector)))
}

/** Declares the sums. @param initial an expression for the first value of a vector's */
export function declareSums(tile: RegisterTile, initial: (vector: number) => string): string {
  return forEachSum(tile, (row, vector) => `${vectorType(tile.width)} ${sum(row, vector)} = ${initial(vector)};`)
}

/**
 * One step of all sums.
 *
 * @param weights an expression for a vector's weights
 * @param factor an expression for a row's factor
 */
export function multiplyAdd(
  tile: RegisterTile,
  weights: (vector: number) => string,
  factor: (row: number) => string,
): string {
  const type = vectorType(tile.width)
  return `
      ${lines(tile.vectors, (vector) => `const ${type} weight${vector} = ${weights(vector)};`)}
      ${lines(
        tile.rows,
        (row) => `{
        const ${type} broadcast = (${type})(${factor(row)});
        ${lines(tile.vectors, (vector) => `${sum(row, vector)} = fma(broadcast, weight${vector}, ${sum(row, vector)});`)}
      }`,
      )}`
}
