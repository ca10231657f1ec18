import type { ConvolutionShape } from "./convolution.js"
import type { Epilogue, WeightedKernels } from "./kernel-call.js"
import type { KernelDevice } from "./kernel-device.js"
import { winogradInStrips } from "./winograd-strips.js"
import { winogradAsWhole } from "./winograd-whole.js"

/**
 * A convolution with 3x3 kernels and strides of 1 by Winograd's minimal filtering F(4x4, 3x3) (Lavin and Gray, "Fast
 * algorithms for convolutional neural networks", 2015): 36 multiplications for 4x4 results in place of 144. Buffers:
 * input, weights (packed), output, and scratch. Its rounding errors are some ten times those of a sum.
 *
 * Images are cut into tiles of 6x6 that overlap by two. They are transformed; each of their 36 places is multiplied with
 * the weights of that place; and the products are transformed back.
 */
export function winograd(
  device: KernelDevice,
  shape: ConvolutionShape,
  settings: { bias: boolean; epilogue: Epilogue },
): WeightedKernels {
  const { layer, workItems, localByteLength } = winogradAsWhole(device, shape, settings)
  const fits = localByteLength <= device.localMemory / 2 && workItems >= device.computeUnits * 4
  return fits ? layer : winogradInStrips(device, shape, settings)
}
