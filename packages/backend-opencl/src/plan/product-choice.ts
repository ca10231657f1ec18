import { type GemmShape, gemm, gemmTiles, type MatrixLayout } from "../kernels/gemm.js"
import { noEpilogue } from "../kernels/kernel-call.js"
import type { KernelDevice } from "../kernels/kernel-device.js"
import { closest, soonest, type Trial, type Tuning } from "./tuning.js"

/** Rows of the tiles by which a product is computed soonest. How its right-hand matrix is packed doesn't depend on them. */
export function chooseGemm(tuning: Tuning, device: KernelDevice, shape: GemmShape): number {
  const methods = closest(gemmTiles(device, shape))
  const { batch, rows, columns, depth, left, right, output } = shape
  // The right-hand matrix is packed before, wherever it lay; but what is packed once isn't there for each of a batch.
  const layout = [left, output].flatMap(({ row, batch }) => [row, ...batch])
  const shared = right.batch.map((stride) => (stride === 0 ? 0 : 1))
  const costs = tuning({
    key: JSON.stringify(["product", ...batch, rows, columns, depth, ...layout, ...shared]),
    candidates: methods.map(({ tile, cycles }) => ({
      name: String(tile.rows),
      estimate: cycles,
      trial: () => trialOf(device, shape, tile.rows),
    })),
  })
  return (methods[soonest(costs)] as (typeof methods)[number]).tile.rows
}

function trialOf(device: KernelDevice, shape: GemmShape, height: number): Trial {
  const { rows, columns, depth, left, output } = shape
  const { call, right } = gemm(device, shape, noEpilogue, height)
  return {
    calls: [call],
    byteLengths: {
      left: lengthOf(left, shape, rows, depth) * 4,
      right: right.byteLength,
      output: lengthOf(output, shape, rows, columns) * 4,
    },
  }
}

/** Floats from the first to the last of all matrices. */
const lengthOf = (layout: MatrixLayout, { batch }: GemmShape, rows: number, columns: number): number =>
  layout.batch.reduce((sum, stride, axis) => sum + ((batch[axis] as number) - 1) * stride, 0) +
  (rows - 1) * layout.row +
  columns
