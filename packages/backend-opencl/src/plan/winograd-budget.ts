import type { Convolution, Operation } from "../graph/operation.js"
import { byteLengthOf, type Tensor } from "../graph/tensor.js"
import { pixelsOf } from "../kernels/convolution.js"
import type { KernelDevice } from "../kernels/kernel-device.js"
import { isWinograd } from "../kernels/winograd.js"
import { chooseConvolution } from "./convolution-choice.js"
import { convolutionShape } from "./image-shapes.js"
import type { Tuning } from "./tuning.js"

/** What Winograd's transformed weights may take more than weights do, of all of them. */
const mostAdded = 0.3

/**
 * The convolutions for which Winograd's filtering is worth its memory: transformed weights are four times as large, and
 * those of large images save the most for each byte.
 */
export function winogradConvolutions(
  device: KernelDevice,
  tuning: Tuning,
  operations: readonly Operation[],
): ReadonlySet<Operation> {
  const heads = operations.filter((one): one is Convolution => one.kind === "convolution")
  const shapes = heads.flatMap((operation) => {
    const shape = convolutionShape(operation)
    if (shape === undefined || !isWinograd(shape)) return []
    const { transformed } = chooseConvolution(tuning, device, shape, "blocked")
    return transformed === undefined ? [] : [{ operation, shape }]
  })
  const total = operations
    .flatMap(({ inputs }) => inputs.filter(({ origin }) => origin.kind === "weight"))
    .reduce((sum, weights) => sum + byteLengthOf(weights), 0)
  let left = total * mostAdded
  const chosen = new Set<Operation>()
  for (const { operation } of shapes.sort((a, b) => pixelsOf(b.shape) - pixelsOf(a.shape))) {
    const added = 3 * byteLengthOf(operation.inputs[1] as Tensor)
    if (added > left) continue
    left -= added
    chosen.add(operation)
  }
  return chosen
}
