import type { ConvolutionShape } from "./convolution.js"
import type { Epilogue, WeightedKernels } from "./kernel-call.js"
import type { KernelDevice } from "./kernel-device.js"
import { cyclesOfStrips, cyclesOfWhole, fitsWhole } from "./winograd-cost.js"
import { winogradInStrips } from "./winograd-strips.js"
import { winogradAsWhole } from "./winograd-whole.js"

/** Whether a convolution is of the kind that Winograd's filtering is for. */
export const isWinograd = ({ kernel, strides, dilations, groups }: ConvolutionShape): boolean =>
  groups === 1 && kernel.every((one) => one === 3) && [...strides, ...dilations].every((one) => one === 1)

/**
 * A convolution with 3x3 kernels and strides of 1 by Winograd's minimal filtering F(4x4, 3x3) (Lavin and Gray, "Fast
 * algorithms for convolutional neural networks", 2015): 36 multiplications for 4x4 results in place of 144. Buffers:
 * input, weights (packed), output, and scratch. Its rounding errors are some ten times those of a sum.
 *
 * Images are cut into tiles of 6x6 that overlap by two. They are transformed; each of their 36 places is multiplied with
 * the weights of that place; and the products are transformed back. How weights are packed doesn't depend on sizes.
 *
 * @param shape one that `isWinograd`
 */
export function winograd(
  device: KernelDevice,
  shape: ConvolutionShape,
  settings: { bias: boolean; epilogue: Epilogue },
): WeightedKernels {
  const isWhole = fitsWhole(device, shape) && cyclesOfWhole(device, shape) <= cyclesOfStrips(device, shape)
  return isWhole ? winogradAsWhole(device, shape, settings) : winogradInStrips(device, shape, settings)
}

/** About the cycles that it takes, on all cores together. */
export function cyclesOfWinograd(device: KernelDevice, shape: ConvolutionShape): number {
  const strips = cyclesOfStrips(device, shape)
  return fitsWhole(device, shape) ? Math.min(strips, cyclesOfWhole(device, shape)) : strips
}
