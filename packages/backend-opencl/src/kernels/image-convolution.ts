import { type ConvolutionShape, convolution } from "./convolution.js"
import { type ConvolutionMethod, groupedPointwiseShape } from "./convolution-methods.js"
import { depthwise } from "./depthwise.js"
import { groupedPointwise } from "./grouped-pointwise.js"
import type { Epilogue, WeightedKernels } from "./kernel-call.js"
import type { KernelDevice } from "./kernel-device.js"
import { winogradInStrips } from "./winograd-strips.js"
import { winogradAsWhole } from "./winograd-whole.js"

/**
 * A convolution by one of its methods, into the blocked layout. Buffers: input, weights (packed), output, and scratch.
 *
 * @param input the input's layout; plain is for the first layer, whose channels are few
 * @param bias whether there is one; it is packed with the weights
 */
export function imageConvolution(
  device: KernelDevice,
  shape: ConvolutionShape,
  { family, rows }: ConvolutionMethod,
  settings: { input: "blocked" | "plain"; bias: boolean; epilogue: Epilogue },
): WeightedKernels {
  const chosen = { ...settings, ...(rows !== undefined && { rows }) }
  switch (family) {
    case "depthwise":
      return depthwise(device, shape, chosen)
    case "grouped-pointwise":
      return groupedPointwise(device, groupedPointwiseShape(shape), chosen)
    case "winograd-whole":
      return winogradAsWhole(device, shape, chosen)
    case "winograd-strips":
      return winogradInStrips(device, shape, chosen)
    case "sums":
      return convolution(device, shape, chosen)
  }
}
