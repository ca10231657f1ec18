import type { GemmShape, MatrixLayout } from "../gemm.js"
import type { Epilogue, KernelCall } from "../kernel-call.js"
import type { KernelDevice } from "../kernel-device.js"
import {
  columnsOfTile,
  type EstimatedGroupTile,
  type GroupTile,
  groupTiles,
  itemsOfTile,
  rowsOfTile,
} from "./group-tile.js"
import { alongDepth, alongLength, type MatrixSide } from "./matrix-side.js"
import { columnOfItem, rowOfItem, tileSource } from "./tile-source.js"

/** Tiles for a product, the soonest first. */
export const productTiles = (
  device: KernelDevice,
  { batch, rows, columns, depth }: GemmShape,
): readonly EstimatedGroupTile[] => groupTiles(device, { rows, columns, depth, repeats: batch[0] * batch[1] })

/** Products of matrices, read as they lie. Buffers: left, right, output. */
export function sharedProduct(shape: GemmShape, tile: GroupTile, epilogue: Epilogue): KernelCall {
  const { batch, rows, columns, depth, left, right, output } = shape
  const [rowTiles, columnTiles] = [Math.ceil(rows / rowsOfTile(tile)), Math.ceil(columns / columnsOfTile(tile))]
  const layout = ({ row, column, batch }: MatrixLayout) => [row, column, ...batch]
  return {
    source: productSource(shape, tile, epilogue),
    buffers: ["left", "right", "output"],
    integers: [
      ...[rows, columns, depth, rowTiles, columnTiles, batch[1]],
      ...[...layout(left), ...layout(right), ...layout(output)],
    ],
    global: [rowTiles * columnTiles * batch[0] * batch[1] * itemsOfTile(tile)],
    local: [itemsOfTile(tile)],
  }
}

function productSource(shape: GemmShape, tile: GroupTile, epilogue: Epilogue): string {
  const { left, right, output, columns, depth, rightType = "float" } = shape
  const isRightAlongDepth = right.row === 1 && right.column !== 1
  const leftSide: MatrixSide = {
    name: "left",
    tile,
    span: rowsOfTile(tile),
    first: "firstRow",
    length: "rows",
    type: "float",
    isAligned: areFours([depth, left.row, ...left.batch]),
  }
  const rightSide: MatrixSide = {
    name: "right",
    tile,
    span: columnsOfTile(tile),
    first: "firstColumn",
    length: "columns",
    type: rightType,
    isAligned: isRightAlongDepth
      ? areFours([depth, right.column, ...right.batch])
      : right.column === 1 && areFours([columns, right.row, ...right.batch]),
  }
  const inFours = areFours([columns, output.row, ...output.batch])
  return tileSource({
    tile,
    parameters: `__global const float *restrict left, __global const ${rightType} *restrict right,
                     __global float *restrict output, const int rows, const int columns, const int depth,
                     const int rowTiles, const int columnTiles, const int innerBatch, const int leftRow,
                     const int leftColumn, const int leftOuter, const int leftInner, const int rightRow,
                     const int rightColumn, const int rightOuter, const int rightInner, const int outputRow,
                     const int outputColumn, const int outputOuter, const int outputInner${epilogue.parameters}`,
    // Those that read the same rows follow one another.
    begin: `
  const int group = get_group_id(0), ofBatch = group / columnTiles, batch = ofBatch / rowTiles;
  const int firstColumn = group % columnTiles * ${columnsOfTile(tile)}, firstRow = ofBatch % rowTiles * ${rowsOfTile(tile)};
  const int outer = batch / innerBatch, inner = batch % innerBatch;
  left += (size_t)outer * leftOuter + (size_t)inner * leftInner;
  right += (size_t)outer * rightOuter + (size_t)inner * rightInner;
  const size_t place = (size_t)outer * outputOuter + (size_t)inner * outputInner;`,
    left: alongDepth(leftSide, "leftRow"),
    right: isRightAlongDepth ? alongDepth(rightSide, "rightColumn") : alongLength(rightSide, "rightRow", "rightColumn"),
    unrolled: 2,
    pieces: `(depth + ${tile.depth - 1}) / ${tile.depth}`,
    initial: () => "(float4)(0.0f)",
    finish: (name, { row, vector }) => `
  if (firstRow + ${rowOfItem(tile, row)} < rows && firstColumn + ${columnOfItem(tile, vector)} < columns) {
    const int column = firstColumn + ${columnOfItem(tile, vector)};
    const size_t element = place + (size_t)(firstRow + ${rowOfItem(tile, row)}) * outputRow + column;
    ${epilogue.apply(name, { lanes: "channels", channel: "column", element: "element", width: 4 })}
    ${inFours ? `*(__global float4 *)(output + element) = ${name};` : storeRest(name)}
  }`,
  })
}

/** The row's end isn't one of a vector: what is read of an epilogue's operands beyond it is nobody's, and isn't stored. */
const storeRest = (name: string): string =>
  [0, 1, 2, 3]
    .map(
      (lane) => `${lane === 0 ? "" : `if (column + ${lane} < columns) `}output[element + ${lane}] = ${name}.s${lane};`,
    )
    .join("\n    ")

const areFours = (values: readonly number[]): boolean => values.every((value) => value % 4 === 0)
