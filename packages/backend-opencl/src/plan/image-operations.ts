import type { Custom, Elementwise, Pool, Reduce } from "../graph/operation.js"
import { isConstant, type Tensor } from "../graph/tensor.js"
import { noEpilogue } from "../kernels/kernel-call.js"
import type { PoolShape } from "../kernels/pool.js"
import { blocked, blockedEpilogue, blockedStorage, flat } from "./blocked-images.js"
import { isFusable } from "./fused-epilogue.js"
import { imageOf, pair } from "./image-shapes.js"
import type { Lowering } from "./lowering.js"
import { imagePatternOf } from "./operand-access.js"

/** A pool of images that lie in blocks; false: not done. */
export function lowerBlockedPool(lowering: Lowering, operation: Pool): boolean {
  const { mode, window, strides, dilations, pads, countsPadding } = operation
  const [input, output] = [operation.inputs[0] as Tensor, operation.outputs[0] as Tensor]
  const [image, result] = [imageOf(input), imageOf(output)]
  if (window.length > 2) return false
  if (image === undefined || result === undefined || !lowering.isOnlyBlocked(input)) return false
  const shape = {
    ...image,
    outputSize: result.size,
    kernel: pair(window, 1),
    strides: pair(strides, 1),
    dilations: pair(dilations, 1),
    pads: pair(pads.slice(0, window.length), 0),
  }
  // The kernel divides by the whole window, and with ceil_mode the last may reach over the padding.
  if (countsPadding && reachesOver(shape, pair(pads.slice(window.length), 0))) return false
  const kind = mode === "max" ? "largest" : countsPadding ? "meanWithPadding" : "mean"
  const storage = blockedStorage(lowering, output)
  const call = lowering.kernels.pool(shape, { kind, epilogue: noEpilogue })
  lowering.call(call, { input: blocked(lowering, input), output: storage }, storage, operation.isConstant)
  return true
}

/** A kernel of its own, if it has one for what lies in blocks; false: not done. */
export function lowerBlockedCustom(lowering: Lowering, operation: Custom): boolean {
  const { inputs, outputs, inBlocks } = operation
  const [input, ...others] = inputs as [Tensor, ...Tensor[]]
  const [output] = outputs as [Tensor]
  if (inBlocks === undefined || imageOf(output) === undefined || !lowering.isOnlyBlocked(input)) return false
  const rest = others.map((tensor, index) => [`input${index + 1}`, lowering.plain(tensor)] as const)
  const storage = blockedStorage(lowering, output)
  const buffers = { input: blocked(lowering, input), ...Object.fromEntries(rest), output: storage }
  lowering.call(inBlocks, buffers, storage, operation.isConstant)
  return true
}

function reachesOver(
  { size, outputSize, kernel, strides, dilations, pads }: PoolShape,
  ends: readonly [number, number],
): boolean {
  return ([0, 1] as const).some((axis) => {
    const last = (outputSize[axis] - 1) * strides[axis] + (kernel[axis] - 1) * dilations[axis] + 1
    return last > pads[axis] + size[axis] + ends[axis]
  })
}

/** The mean of each image that lies in blocks; false: not done. */
export function lowerBlockedMean(lowering: Lowering, operation: Reduce): boolean {
  const [input, output] = [operation.inputs[0] as Tensor, operation.outputs[0] as Tensor]
  const image = imageOf(input)
  const isSpatial = operation.axes.length === input.shape.length - 2 && operation.axes[0] === 2
  if (image === undefined || operation.mode !== "mean" || !isSpatial || !lowering.isOnlyBlocked(input)) return false
  const storage = blockedStorage(lowering, output)
  const call = lowering.kernels.globalMean(flat(image), noEpilogue)
  lowering.call(call, { input: blocked(lowering, input), output: storage }, storage, operation.isConstant)
  return true
}

/** Element-wise operations, if what they read lies in blocks; false: not done. */
export function lowerBlockedElementwise(lowering: Lowering, members: readonly Elementwise[], output: Tensor): boolean {
  const image = imageOf(output)
  if (image === undefined || !isFusable(members, undefined, output, imagePatternOf)) return false
  const reads = members.flatMap(({ inputs }) => inputs)
  const isBlocked = reads.some((tensor) => tensor.size === output.size && lowering.isOnlyBlocked(tensor))
  if (!isBlocked) return false
  const { epilogue, storages } = blockedEpilogue(lowering, members, undefined, output, imagePatternOf)
  const storage = blockedStorage(lowering, output)
  const call = lowering.kernels.blockedElementwise(flat(image), epilogue)
  lowering.call(call, { output: storage }, storage, isConstant(output), storages)
  return true
}
