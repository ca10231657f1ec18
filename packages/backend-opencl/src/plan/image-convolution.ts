import type { Convolution, Elementwise, TransposedConvolution } from "../graph/operation.js"
import { isConstant, type Tensor } from "../graph/tensor.js"
import type { ConvolutionShape } from "../kernels/convolution.js"
import type { LayerMethod, TransposedToPlain } from "../kernels/device-kernels.js"
import type { WeightedKernels } from "../kernels/kernel-call.js"
import { blockSize } from "../kernels/layout.js"
import { Storage } from "../launch.js"
import { blocked, blockedEpilogue, blockedStorage, channelAxis } from "./blocked-images.js"
import { chooseConvolution } from "./convolution-choice.js"
import { fusedEpilogue, isFusable } from "./fused-epilogue.js"
import { convolutionShape } from "./image-shapes.js"
import type { Lowering } from "./lowering.js"

/** Whether a fast kernel computes it, and what follows it on the way. */
export function convolutionFits(
  operation: Convolution | TransposedConvolution,
  members: readonly Elementwise[],
  output: Tensor,
): boolean {
  return convolutionShape(operation) !== undefined && isFusable(members, operation.outputs[0], output, channelAxis)
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
