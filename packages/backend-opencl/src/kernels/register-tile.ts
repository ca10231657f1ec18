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

/**
 * The tile that computes a matrix of results soonest.
 *
 * @param rows a tile has no more than these
 * @param columns rounded up to whole vectors
 * @param step the tile's columns are a multiple of this, or, where `columns` is smaller, of a vector
 * @param repeats how many such matrices there are
 */
export function chooseTile(
  device: KernelDevice,
  { rows, columns, step, repeats }: { rows: number; columns: number; step: number; repeats: number },
): RegisterTile {
  const width = device.vectorWidth
  const registers = registerCounts[width]
  let best: { tile: RegisterTile; cycles: number } | undefined
  for (let vectors = step / width; vectors * 2 < registers; vectors += step / width) {
    // One register holds the factor of a row, and each vector's weights take one.
    const most = Math.min(rows, Math.floor((registers - 2 - vectors) / vectors))
    for (let height = most; height >= 1; height -= 1) {
      const tile = { rows: height, vectors, width }
      const tiles = repeats * Math.ceil(rows / height) * Math.ceil(columns / (vectors * width))
      const cycles = Math.ceil(tiles / device.computeUnits) * cyclesOf(tile)
      if (best === undefined || cycles < best.cycles) best = { tile, cycles }
    }
  }
  if (best === undefined) throw new RangeError(`No tile has ${rows} rows and columns in steps of ${step}.`)
  return best.tile
}

/**
 * Cycles of one step of all sums, on cores that do two multiply-adds and two loads in a cycle, and have a sum ready for
 * the next step after four.
 */
function cyclesOf({ rows, vectors }: RegisterTile): number {
  const multiplyAdds = rows * vectors
  const loads = rows + vectors
  return Math.max(multiplyAdds / 2, loads / 2, 4) + 0.5
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
