import { type ConvolutionShape, convolution, cyclesOfConvolution } from "./convolution.js"
import { depthwise } from "./depthwise.js"
import { groupedPointwise } from "./grouped-pointwise.js"
import type { Epilogue, WeightedKernels } from "./kernel-call.js"
import type { KernelDevice } from "./kernel-device.js"
import { blockSize } from "./layout.js"
import { cyclesOfWinograd, isWinograd, winograd } from "./winograd.js"

/**
 * A convolution by the family that computes it soonest, into the blocked layout. Buffers: input, weights (packed), output,
 * and scratch. Which family that is depends on the image's size.
 *
 * @param input the input's layout; plain is for the first layer, whose channels are few
 * @param bias whether there is one; it is packed with the weights
 * @param mayTransform whether weights may take four times their memory, as Winograd's do
 */
export function imageConvolution(
  device: KernelDevice,
  shape: ConvolutionShape,
  settings: { input: "blocked" | "plain"; bias: boolean; epilogue: Epilogue; mayTransform: boolean },
): WeightedKernels {
  const { batch, channels, size, outputChannels, outputSize, kernel, strides, pads, groups } = shape
  if (settings.input === "plain") return convolution(device, shape, settings)
  if (groups > 1) {
    if (channels === groups && outputChannels === groups) return depthwise(device, shape, settings)
    const isSame = size[0] === outputSize[0] && size[1] === outputSize[1]
    const isPointwise = [...kernel, ...strides].every((one) => one === 1) && pads.every((one) => one === 0) && isSame
    const areBlocks = (channels / groups) % blockSize === 0 && (outputChannels / groups) % blockSize === 0
    if (isPointwise && !areBlocks) {
      const pixels = size[0] * size[1]
      return groupedPointwise(device, { batch, channels, outputChannels, pixels, groups, shuffle: 1 }, settings)
    }
  }
  const isTransformed = settings.mayTransform && isSoonerTransformed(device, shape)
  return isTransformed ? winograd(device, shape, settings) : convolution(device, shape, settings)
}

/** Whether Winograd's filtering computes it sooner than sums do; its kernels are for CPUs, whose memory is all of one kind. */
export function isSoonerTransformed(device: KernelDevice, shape: ConvolutionShape): boolean {
  return (
    device.kind === "cpu" && isWinograd(shape) && cyclesOfWinograd(device, shape) < cyclesOfConvolution(device, shape)
  )
}
