import type { GemmShape, MatrixLayout } from "./gemm.js"
import type { Epilogue, KernelCall } from "./kernel-call.js"
import { type KernelDevice, registerCounts } from "./kernel-device.js"
import { byColumnsSource, byDepthSource } from "./thin-product-source.js"

/** Of the left-hand matrix: with more, each weight is worth its packing. */
const mostRows = 4
/** Work-items for each core, at least: the last few needn't wait for one. */
const itemsOfCore = 4

/**
 * Products with a few rows, of which each number on the right is read once or nearly so: packing would take as long as the
 * product, and weights would be there twice while they are packed. Buffers: left, right (as the model has it), output.
 *
 * @returns undefined where the right-hand matrix lies neither row after row nor column after column, or there are more rows
 */
export function thinProduct(device: KernelDevice, shape: GemmShape, epilogue: Epilogue): KernelCall | undefined {
  const { batch, rows, columns, depth, left, right, output } = shape
  if (rows > mostRows) return undefined
  const chosen = chooseSource(device, shape, epilogue)
  if (chosen === undefined) return undefined
  const outer = ({ batch }: MatrixLayout) => batch[0]
  const inner = ({ batch }: MatrixLayout) => batch[1]
  return {
    source: chosen.source,
    buffers: ["left", "right", "output"],
    integers: [
      columns,
      depth,
      batch[1],
      ...[left.row, outer(left), inner(left)],
      ...[chosen.stride, outer(right), inner(right)],
      ...[output.row, outer(output), inner(output)],
    ],
    global: [Math.ceil(columns / chosen.columns), batch[0] * batch[1]],
    local: [1, 1],
  }
}

/** A kernel's source, how many columns a work-item computes, and from one row (or column) on the right to the next. */
interface Chosen {
  readonly source: string
  readonly columns: number
  readonly stride: number
}

function chooseSource(device: KernelDevice, shape: GemmShape, epilogue: Epilogue): Chosen | undefined {
  const { rows, columns, right } = shape
  const width = device.vectorWidth
  const registers = registerCounts[width] - 2
  const shared = columns / (device.computeUnits * itemsOfCore)
  if (right.column === 1 && columns >= width) {
    const most = Math.min(8, Math.floor(registers / (rows + 1)))
    const vectors = Math.max(1, Math.min(most, Math.floor(shared / width)))
    const source = byColumnsSource({ rows, vectors, width }, epilogue)
    return { source, columns: vectors * width, stride: right.row }
  }
  if (right.row !== 1) return undefined
  const most = Math.min(8, Math.floor((registers - rows) / (rows + 1)), columns)
  const together = Math.max(1, Math.min(most, Math.floor(shared)))
  return {
    source: byDepthSource({ rows, columns: together, width }, epilogue),
    columns: together,
    stride: right.column,
  }
}
