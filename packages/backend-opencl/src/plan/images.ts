import type {
  Concat,
  Convolution,
  Custom,
  Elementwise,
  Pool,
  Reduce,
  TransposedConvolution,
} from "../graph/operation.js"
import { isConstant, type Tensor } from "../graph/tensor.js"
import type { ConvolutionShape } from "../kernels/convolution.js"
import type { FlatImages, LayerMethod, TransposedToPlain } from "../kernels/device-kernels.js"
import { noEpilogue, type WeightedKernels } from "../kernels/kernel-call.js"
import { blockedByteLength, blockSize } from "../kernels/layout.js"
import type { PoolShape } from "../kernels/pool.js"
import { Storage } from "../launch.js"
import { channelOrder } from "./channel-order.js"
import { chooseConvolution } from "./convolution-choice.js"
import { fusedEpilogue, isFusable, type PatternsOf } from "./fused-epilogue.js"
import { convolutionShape, type Image, imageOf, pair } from "./image-shapes.js"
import type { Lowering } from "./lowering.js"
import { imagePatternOf } from "./operand-access.js"

/** Kernels for images of float32, in the blocked layout. */

const channelAxis = 1

/** Whether a fast kernel computes it. */
export function isFastConvolution(operation: Convolution | TransposedConvolution): boolean {
  return convolutionShape(operation) !== undefined
}

export function convolutionFits(
  operation: Convolution | TransposedConvolution,
  members: readonly Elementwise[],
  output: Tensor,
): boolean {
  return isFastConvolution(operation) && isFusable(members, operation.outputs[0], output, channelAxis)
}

/** A convolution and what follows it. */
export function lowerConvolution(
  lowering: Lowering,
  operation: Convolution | TransposedConvolution,
  members: readonly Elementwise[],
  output: Tensor,
): void {
  const shape = convolutionShape(operation) as ConvolutionShape
  const [input, weights, bias] = operation.inputs as [Tensor, Tensor, Tensor?]
  if (operation.kind === "transposed-convolution" && lowering.kernels.transposedToPlain?.fits(shape)) {
    lowerTransposedToPlain(lowering, lowering.kernels.transposedToPlain, operation, shape, members, output)
    return
  }
  const { epilogue, storages } = blockedEpilogue(lowering, members, operation.outputs[0], output)
  // A few channels would leave most lanes of a block empty.
  const isNarrow = shape.channels < blockSize && shape.groups === 1 && lowering.blockedIfThere(input) === undefined
  const from = isNarrow && operation.kind === "convolution" ? "plain" : "blocked"
  const options = { input: from, bias: bias !== undefined, epilogue } as const
  const kernels =
    operation.kind === "transposed-convolution"
      ? lowering.kernels.transposedConvolution(shape, options)
      : lowering.kernels.convolution(shape, methodOf(lowering, operation, shape, from), options)
  const packed = packedWeights(lowering, kernels, weights, bias)
  const storage = blockedStorage(lowering, output)
  const buffers = {
    input: from === "plain" ? lowering.plain(input) : blocked(lowering, input),
    weights: packed,
  }
  const scratch = Object.entries(kernels.scratch).map(([name, length]) => [name, new Storage(length, "arena")] as const)
  const places = { ...buffers, ...Object.fromEntries(scratch), output: storage }
  for (const call of kernels.calls) {
    // Those of the epilogue are for the kernel that writes the output.
    const more = call.buffers.includes("output") ? storages : []
    lowering.call(call, places, [storage, ...scratch.map(([, place]) => place)], isConstant(output), more)
  }
}

function methodOf(
  lowering: Lowering,
  operation: Convolution,
  shape: ConvolutionShape,
  input: "blocked" | "plain",
): LayerMethod {
  const { compact, transformed = compact } = chooseConvolution(lowering.tuning, lowering.device, shape, input)
  return lowering.winograd.has(operation) ? transformed : compact
}

/** Where a layer's weights are, packed: once, if nothing but the model decides them. */
function packedWeights(
  lowering: Lowering,
  { weights: { byteLength, pack } }: WeightedKernels,
  weights: Tensor,
  bias: Tensor | undefined,
): Storage {
  const isOnce = isConstant(weights) && (bias === undefined || isConstant(bias))
  const packed = new Storage(byteLength, isOnce ? "own" : "arena")
  const given = { input: lowering.plain(weights), ...(bias && { bias: lowering.plain(bias) }), output: packed }
  lowering.call(pack, given, packed, isOnce)
  return packed
}

/** Where the result has few channels: row-major at once. */
function lowerTransposedToPlain(
  lowering: Lowering,
  { make }: TransposedToPlain,
  operation: TransposedConvolution,
  shape: ConvolutionShape,
  members: readonly Elementwise[],
  output: Tensor,
): void {
  const [input, weights, bias] = operation.inputs as [Tensor, Tensor, Tensor?]
  const { epilogue, storages } = fusedEpilogue(members, operation.outputs[0], output, channelAxis, (tensor) =>
    lowering.plain(tensor),
  )
  const kernels = make(shape, { bias: bias !== undefined, epilogue })
  const packed = packedWeights(lowering, kernels, weights, bias)
  const from = blocked(lowering, input)
  const storage = lowering.storage(output)
  lowering.setPlain(output, storage)
  for (const call of kernels.calls) {
    const buffers = { input: from, weights: packed, output: storage }
    lowering.call(call, buffers, storage, isConstant(output), storages)
  }
}

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

/** Channels behind one another, of inputs of which one lies in blocks; false: not done. */
export function lowerBlockedConcat(lowering: Lowering, { inputs, outputs, axis, isConstant }: Concat): boolean {
  const [output] = outputs as [Tensor]
  const image = imageOf(output)
  if (image === undefined || axis !== channelAxis || inputs.some((input) => input.size === 0)) return false
  if (!inputs.some((input) => lowering.isOnlyBlocked(input))) return false
  const storage = blockedStorage(lowering, output)
  const pixels = image.size[0] * image.size[1]
  let begin = 0
  for (const input of inputs) {
    const channels = input.shape[channelAxis] as number
    if (image.batch === 1 && isPlacedWithin(lowering, input, storage, begin, pixels)) {
      begin += channels
      continue
    }
    const copy = lowering.kernels.copyChannels({ ...flat(image), channels, begin, of: image.channels })
    lowering.call(copy, { input: outsideOf(lowering, storage, input), output: storage }, storage, isConstant)
    begin += channels
  }
  return true
}

/**
 * Has what computes `input` write it where the concatenation has it: blocks of channels lie behind one another. Not where
 * it is at home already, or lies at an offset that the device has no buffers at.
 */
function isPlacedWithin(lowering: Lowering, input: Tensor, whole: Storage, channel: number, pixels: number): boolean {
  const own = lowering.blockedIfThere(input)
  const offset = (channel / blockSize) * pixels * blockSize * 4
  if (own === undefined || own.place !== "arena" || whole.place !== "arena" || own.isPlaced) return false
  if (channel % blockSize !== 0 || offset % lowering.alignment !== 0) return false
  own.placeIn(whole, offset)
  return true
}

/**
 * Where a tensor lies in blocks, but not within `whole`, to which it is to be copied: what a kernel reads of memory that it
 * writes by another buffer, OpenCL leaves open.
 */
function outsideOf(lowering: Lowering, whole: Storage, tensor: Tensor): Storage {
  const own = blocked(lowering, tensor)
  if (own.root.storage !== whole) return own
  const image = imageOf(tensor) as Image
  const apart = lowering.storage(tensor, blockedByteLength(image.batch, image.channels, ...image.size))
  const copy = lowering.kernels.copyChannels({ ...flat(image), begin: 0, of: image.channels })
  lowering.call(copy, { input: own, output: apart }, apart, isConstant(tensor))
  return apart
}

/** Where a tensor lies in blocks; rearranged if it doesn't yet. */
function blocked(lowering: Lowering, tensor: Tensor): Storage {
  const known = lowering.blockedIfThere(tensor)
  if (known !== undefined) return known
  const { batch, channels, size } = imageOf(tensor) as Image
  const pixels = size[0] * size[1]
  const order = batch === 1 ? channelOrder(lowering, tensor) : undefined
  if (order !== undefined) {
    const storage = blockedStorage(lowering, tensor)
    const buffers = { input: blocked(lowering, order.from), order: lowering.plain(order.channels), output: storage }
    lowering.call(lowering.kernels.orderChannels(channels, pixels), buffers, storage, isConstant(tensor))
    return storage
  }
  const from = lowering.plain(tensor)
  // Channels of one pixel lie as their block does.
  if (pixels === 1 && (batch === 1 || channels % blockSize === 0)) {
    lowering.setBlocked(tensor, from)
    return from
  }
  const storage = blockedStorage(lowering, tensor)
  lowering.call(
    lowering.kernels.toBlocked({ batch, channels, pixels }),
    { input: from, output: storage },
    storage,
    isConstant(tensor),
  )
  return storage
}

/** Images whose pixels are counted as one row. */
const flat = ({ batch, channels, size }: Image): FlatImages => ({ batch, channels, pixels: size[0] * size[1] })

function blockedStorage(lowering: Lowering, tensor: Tensor): Storage {
  const { batch, channels, size } = imageOf(tensor) as Image
  const storage = lowering.storage(tensor, blockedByteLength(batch, channels, size[0], size[1]))
  lowering.setBlocked(tensor, storage)
  return storage
}

function blockedEpilogue(
  lowering: Lowering,
  members: readonly Elementwise[],
  head: Tensor | undefined,
  output: Tensor,
  patterns: number | PatternsOf = channelAxis,
) {
  return fusedEpilogue(members, head, output, patterns, (tensor, pattern) =>
    pattern === "same" ? blocked(lowering, tensor) : lowering.plain(tensor),
  )
}
