import { gemmSource } from "./gemm-source.js"
import type { Epilogue, KernelCall, PackedWeights } from "./kernel-call.js"
import type { KernelDevice } from "./kernel-device.js"
import { packColumns } from "./pack-columns.js"
import { chooseTile, columnsOf, type EstimatedTile, type TiledMatrix, tilesFor } from "./register-tile.js"

/** Where the matrices of a batch lie in memory, in floats. A batch has two axes, such as images and heads. */
export interface MatrixLayout {
  readonly row: number
  /** The right-hand matrix may have any; it is 1 for the others. */
  readonly column: number
  readonly batch: readonly [number, number]
}

export interface GemmShape {
  readonly batch: readonly [number, number]
  /** Of the left-hand matrix and the product. */
  readonly rows: number
  /** Of the right-hand matrix and the product. */
  readonly columns: number
  /** Columns of the left-hand matrix, rows of the right-hand one. */
  readonly depth: number
  readonly left: MatrixLayout
  /** A batch's strides are 0 where all its products have the same: then it is packed once. */
  readonly right: MatrixLayout
  readonly output: MatrixLayout
  /** What the right-hand matrices' numbers are in memory, where kernels read them as they lie. Default: float. */
  readonly rightType?: "half"
}

export interface Gemm {
  readonly call: KernelCall
  /** The right-hand matrices: weights are packed when they are loaded, activations in every run. */
  readonly right: PackedWeights
}

/** Tiles for products, the soonest first. */
export const gemmTiles = (device: KernelDevice, shape: GemmShape): readonly EstimatedTile[] =>
  tilesFor(device, matrixOf(shape), device.vectorWidth)

const matrixOf = ({ batch, rows, columns }: GemmShape): TiledMatrix => ({ rows, columns, repeats: batch[0] * batch[1] })

/**
 * Products of matrices. Buffers: left, right (packed), output.
 *
 * @param height rows of a tile, of {@link gemmTiles}. Default: the first's
 */
export function gemm(device: KernelDevice, shape: GemmShape, epilogue: Epilogue, height?: number): Gemm {
  const { batch, rows, columns, depth, left, right, output } = shape
  const count = batch[0] * batch[1]
  const tile = chooseTile(device, matrixOf(shape), device.vectorWidth, height)
  const panels = Math.ceil(columns / columnsOf(tile))
  const rowTiles = Math.ceil(rows / tile.rows)
  const panelsOfItem = sharePanels(panels, rowTiles * count, device.computeUnits)
  const packed = packColumns({
    batch: batch.map((one, axis) => (right.batch[axis] === 0 ? 1 : one)) as [number, number],
    depth,
    columns,
    panel: columnsOf(tile),
    layout: right,
  })
  const panelFloats = panels * depth * columnsOf(tile)
  const inner = right.batch[1] === 0 ? 0 : panelFloats
  const outer = right.batch[0] === 0 ? 0 : panelFloats * (right.batch[1] === 0 ? 1 : batch[1])
  return {
    call: {
      source: gemmSource(tile, epilogue),
      buffers: ["left", "right", "output"],
      integers: [
        rows,
        columns,
        depth,
        panelsOfItem,
        batch[1],
        left.row,
        ...left.batch,
        outer,
        inner,
        output.row,
        ...output.batch,
      ],
      global: [rowTiles, Math.ceil(panels / panelsOfItem), count],
      local: [1, 1, 1],
    },
    right: packed,
  }
}

/** How many panels a work-item goes through: its rows are copied once for all, but each core needs a few work-items. */
function sharePanels(panels: number, others: number, computeUnits: number): number {
  const most = Math.max(1, Math.floor((panels * others) / (computeUnits * 8)))
  return Math.ceil(panels / Math.ceil(panels / most))
}
