import type { GemmShape } from "../../src/kernels/gemm.js"

/** One product of matrices that lie row after row. */
export const plainShape = (rows: number, columns: number, depth: number): GemmShape => ({
  batch: [1, 1],
  rows,
  columns,
  depth,
  left: { row: depth, column: 1, batch: [0, 0] },
  right: { row: columns, column: 1, batch: [0, 0] },
  output: { row: columns, column: 1, batch: [0, 0] },
})

/** The floats that a matrix of a batch reaches. */
export function reach({ batch }: GemmShape, layout: GemmShape["left"], rows: number, columns: number): number {
  const last = (batch[0] - 1) * layout.batch[0] + (batch[1] - 1) * layout.batch[1]
  return last + (rows - 1) * layout.row + (columns - 1) * layout.column + 1
}

export function plainProduct(shape: GemmShape, left: Float32Array, right: Float32Array): Float32Array {
  const { batch, rows, columns, depth } = shape
  const output = new Float32Array(reach(shape, shape.output, rows, columns))
  const at = (
    { row, column, batch }: GemmShape["left"],
    [outer, inner, y, x]: readonly [number, number, number, number],
  ) => outer * batch[0] + inner * batch[1] + y * row + x * column
  for (let outer = 0; outer < batch[0]; outer += 1)
    for (let inner = 0; inner < batch[1]; inner += 1)
      for (let row = 0; row < rows; row += 1)
        for (let column = 0; column < columns; column += 1) {
          let sum = 0
          for (let step = 0; step < depth; step += 1)
            sum +=
              (left[at(shape.left, [outer, inner, row, step])] as number) *
              (right[at(shape.right, [outer, inner, step, column])] as number)
          output[at(shape.output, [outer, inner, row, column])] = sum
        }
  return output
}
