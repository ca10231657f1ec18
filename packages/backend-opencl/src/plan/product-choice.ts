import { kernelsFor, type ProductMethod } from "../kernels/device-kernels.js"
import type { GemmShape, MatrixLayout } from "../kernels/gemm.js"
import { noEpilogue } from "../kernels/kernel-call.js"
import type { KernelDevice } from "../kernels/kernel-device.js"
import { closest, soonest, type Trial, type Tuning } from "./tuning.js"

/** How a product is computed soonest. How its right-hand matrix is packed, if it is, doesn't depend on that. */
export function chooseProduct(tuning: Tuning, device: KernelDevice, shape: GemmShape): ProductMethod {
  const kernels = kernelsFor(device)
  const methods = closest(kernels.productMethods(shape))
  const { batch, rows, columns, depth, left, right, output, rightType = "float" } = shape
  const layout = [left, output].flatMap(({ row, batch }) => [row, ...batch])
  // Where the right-hand matrix is packed before, it doesn't matter how it lay; but what is packed once isn't there for
  // each of a batch.
  const rightLayout = kernels.packsProducts
    ? right.batch.map((stride) => (stride === 0 ? 0 : 1))
    : [right.row, right.column, ...right.batch, rightType]
  const costs = tuning({
    key: JSON.stringify(["product", ...batch, rows, columns, depth, ...layout, ...rightLayout]),
    candidates: methods.map((method) => ({
      name: method.name,
      estimate: method.cycles,
      trial: () => trialOf(shape, method),
    })),
  })
  return methods[soonest(costs)] as ProductMethod
}

function trialOf(shape: GemmShape, method: ProductMethod): Trial {
  const { rows, columns, depth, left, right, output } = shape
  const { call, right: packed } = method.make(noEpilogue)
  return {
    calls: [call],
    byteLengths: {
      left: reachOf(left, shape, rows, depth) * 4,
      right: packed?.byteLength ?? reachOf(right, shape, depth, columns) * 4,
      output: reachOf(output, shape, rows, columns) * 4,
    },
  }
}

/** Floats from the first to the last of all matrices. */
const reachOf = (layout: MatrixLayout, { batch }: GemmShape, rows: number, columns: number): number =>
  layout.batch.reduce((sum, stride, axis) => sum + ((batch[axis] as number) - 1) * stride, 0) +
  (rows - 1) * layout.row +
  (columns - 1) * layout.column +
  1
