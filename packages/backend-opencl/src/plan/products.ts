import type { Elementwise, MatMul, Operation } from "../graph/operation.js"
import { contiguousStrides, sizeOf } from "../graph/shape.js"
import { isConstant, type Tensor } from "../graph/tensor.js"
import type { GemmShape } from "../kernels/gemm.js"
import type { KernelCall } from "../kernels/kernel-call.js"
import { Storage } from "../launch.js"
import { fusedEpilogue, isFusable } from "./fused-epilogue.js"
import type { Lowering } from "./lowering.js"
import { chooseProduct } from "./product-choice.js"

/** Products of matrices of float32. */

/** Whether a fast kernel computes it: it counts a batch by two axes. */
export function isFastProduct({ inputs, outputs }: MatMul): boolean {
  const [a, b] = inputs as [Tensor, Tensor]
  const [output] = outputs as [Tensor]
  if (a.type !== "float32" || [a, b, output].some(({ size }) => size === 0)) return false
  const isBatched = ({ shape }: Tensor) => shape.slice(0, -2).filter((length) => length !== 1).length
  return isBatched(output) <= 2 || isBatched(b) === 0
}

export function productFits(operation: MatMul, members: readonly Elementwise[], output: Tensor): boolean {
  return isFastProduct(operation) && isFusable(members, operation.outputs[0], output, output.shape.length - 1)
}

/** A product and what follows it. */
export function lowerProduct(
  lowering: Lowering,
  operation: MatMul,
  members: readonly Elementwise[],
  output: Tensor,
): void {
  const [a, b] = operation.inputs as [Tensor, Tensor]
  const half = lowering.kernels.packsProducts ? undefined : halfMatrices(lowering, b)
  const right = half ?? matrices(lowering, b, true)
  const read = matrices(lowering, a, false)
  // Rows of a matrix that isn't read through a view lie together, whatever its batch.
  const left = collapse(batchAxes(read, right, output, 0)).length > 2 ? plainMatrices(lowering, a) : read
  const axis = output.shape.length - 1
  const { epilogue, storages } = fusedEpilogue(members, operation.outputs[0], output, axis, (tensor) =>
    lowering.plain(tensor),
  )
  const shape: GemmShape = { ...shapeOf(left, right, output), ...(half && { rightType: "half" }) }
  const storage = lowering.storage(output)
  const launch = (call: KernelCall, from: Storage) => {
    lowering.setPlain(output, storage)
    const buffers = { left: left.storage, right: from, output: storage }
    lowering.call(call, buffers, storage, isConstant(output), storages)
  }
  const thin = lowering.kernels.thinProduct(shape, epilogue)
  if (thin !== undefined) {
    launch(thin, right.storage)
    return
  }
  const { call, right: packed } = chooseProduct(lowering.tuning, lowering.device, shape).make(epilogue)
  if (packed === undefined) {
    launch(call, right.storage)
    return
  }
  const isPackedOnce = isConstant(b)
  const packedStorage = new Storage(packed.byteLength, isPackedOnce ? "own" : "arena")
  lowering.call(packed.pack, { input: right.storage, output: packedStorage }, packedStorage, isPackedOnce)
  launch(call, packedStorage)
}

/** A tensor of matrices, where it lies: strides in elements. */
interface Matrices {
  readonly storage: Storage
  readonly shape: readonly number[]
  readonly strides: readonly number[]
}

/** Read through a view, where the kernel can: but for the right-hand matrix, columns lie together. */
function matrices(lowering: Lowering, tensor: Tensor, isAnyColumn: boolean): Matrices {
  const { shape } = tensor
  const { storage, offset, strides } = lowering.operand(tensor, shape)
  if (offset === 0 && (isAnyColumn || strides.at(-1) === 1 || shape.at(-1) === 1)) return { storage, shape, strides }
  return plainMatrices(lowering, tensor)
}

/** What of a model of float16 is only widened, perhaps after that looked at otherwise: as it lies, half as large. */
function halfMatrices(lowering: Lowering, tensor: Tensor): Matrices | undefined {
  const view = operationOf(tensor, "view")
  const wide = view?.inputs[0] ?? tensor
  const cast = operationOf(wide, "elementwise")
  const small = cast?.inputs[0]
  const isWidened = cast?.expression.kind === "cast" && cast.expression.argument.kind === "operand"
  if (small?.type !== "float16" || !isWidened || small.size !== wide.size || (view?.offset ?? 0) !== 0) return undefined
  // What goes through one kernel with the cast lies nowhere.
  if (small.origin.kind === "operation" && !lowering.isThere(small)) return undefined
  const { shape } = tensor
  const strides = shape.map((length, axis) => (length === 1 ? 0 : (view?.strides ?? contiguousStrides(shape))[axis]))
  return { storage: lowering.plain(small), shape, strides: strides as readonly number[] }
}

function operationOf<Kind extends Operation["kind"]>({ origin }: Tensor, kind: Kind) {
  if (origin.kind !== "operation" || origin.operation.kind !== kind) return undefined
  return origin.operation as Extract<Operation, { readonly kind: Kind }>
}

/** Computed first where it is a view. */
function plainMatrices(lowering: Lowering, tensor: Tensor): Matrices {
  lowering.plain(tensor)
  const { storage, strides } = lowering.operand(tensor, tensor.shape)
  return { storage, shape: tensor.shape, strides }
}

/** An axis of the batch, and how far its matrices are apart. */
interface BatchAxis {
  readonly length: number
  readonly left: number
  readonly right: number
  readonly output: number
}

function shapeOf(left: Matrices, right: Matrices, output: Tensor): GemmShape {
  const [rows = 1, columns = 1] = output.shape.slice(-2)
  const depth = left.shape.at(-1) as number
  const axes = collapse(batchAxes(left, right, output, rows * columns))
  const row = left.strides.at(-2) as number
  const layout = {
    left: { row, column: 1 },
    right: { row: right.strides.at(-2) as number, column: right.strides.at(-1) as number },
    output: { row: columns, column: 1 },
  }
  const [only, ...others] = axes
  // Rows of all images are rows of one matrix, where all have the same on the right.
  if (only !== undefined && others.length === 0 && only.right === 0 && (rows === 1 || only.left === rows * row)) {
    const batch = [0, 0] as const
    const merged = rows === 1 ? only.left : row
    return {
      batch: [1, 1],
      rows: rows * only.length,
      columns,
      depth,
      left: { ...layout.left, row: merged, batch },
      right: { ...layout.right, batch },
      output: { ...layout.output, batch },
    }
  }
  const [outer, inner] = [axes.at(-2), axes.at(-1)]
  const batchOf = (side: "left" | "right" | "output") => [outer?.[side] ?? 0, inner?.[side] ?? 0] as const
  return {
    batch: [outer?.length ?? 1, inner?.length ?? 1],
    rows,
    columns,
    depth,
    left: { ...layout.left, batch: batchOf("left") },
    right: { ...layout.right, batch: batchOf("right") },
    output: { ...layout.output, batch: batchOf("output") },
  }
}

function batchAxes(left: Matrices, right: Matrices, output: Tensor, matrix: number): readonly BatchAxis[] {
  const batch = output.shape.slice(0, -2)
  const strideOf = ({ shape, strides }: Matrices, axis: number) => {
    const own = axis - batch.length + shape.length - 2
    return own < 0 || shape[own] === 1 ? 0 : (strides[own] as number)
  }
  return batch.map((length, axis) => ({
    length,
    left: strideOf(left, axis),
    right: strideOf(right, axis),
    output: matrix * sizeOf(batch.slice(axis + 1)),
  }))
}

/** Without axes of length 1, and with those as one that both operands walk through as one. */
function collapse(axes: readonly BatchAxis[]): readonly BatchAxis[] {
  const kept: BatchAxis[] = []
  for (const axis of axes) {
    if (axis.length === 1) continue
    const before = kept.at(-1)
    const joins =
      before !== undefined && before.left === axis.left * axis.length && before.right === axis.right * axis.length
    if (joins) kept.splice(-1, 1, { ...axis, length: before.length * axis.length })
    else kept.push(axis)
  }
  return kept
}
