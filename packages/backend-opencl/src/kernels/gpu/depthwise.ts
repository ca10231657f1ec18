import { areaOf, type ConvolutionShape, outputPixelsOf } from "../convolution.js"
import { eachSlice } from "../depth.js"
import { packDepthwiseWeights } from "../depthwise.js"
import type { Epilogue, WeightedKernels } from "../kernel-call.js"
import type { KernelDevice } from "../kernel-device.js"
import { blockSize, blocksOf } from "../layout.js"
import { itemCall } from "./item-launch.js"
import { findPixel, findPixelOfVolume, pixelSizes, storePixel } from "./pixel-item.js"

/**
 * A convolution of each channel with a kernel of its own, in the blocked layout. Buffers: input, weights (packed), output.
 * An item computes four channels of a pixel, and its neighbours read nearly the same pixels, from the processor's cache.
 *
 * @param shape groups, channels and output channels are the same number
 * @param bias whether there is one; it is packed with the weights
 */
export function depthwise(
  device: KernelDevice,
  shape: ConvolutionShape,
  { bias, epilogue }: { bias: boolean; epilogue: Epilogue },
): WeightedKernels {
  const { batch, channels, kernel, strides, dilations, depth } = shape
  const [blocks, area] = [blocksOf(channels), areaOf(shape)]
  const call = itemCall(device, {
    items: (batch * blocks * outputPixelsOf(shape) * blockSize) / 4,
    buffers: { input: "const float", weights: "const float", output: "float" },
    sizes: {
      ...pixelSizes(shape),
      ...(depth && { deep: depth.size, outputDepth: depth.outputSize, front: depth.pad }),
    },
    epilogue,
    body: `${depth ? findPixelOfVolume : findPixel}
  const int rowOrigin = y * ${strides[0]} - top, columnOrigin = x * ${strides[1]} - left;
  input += (size_t)plane * ${depth ? "deep * " : ""}height * width * ${blockSize} + lane;
  weights += plane % blocks * ${(1 + area) * blockSize} + lane;
  float4 value = *(__global const float4 *)weights;
  ${depth ? eachSlice(depth) : ""}
  for (int kernelRow = 0; kernelRow < ${kernel[0]}; kernelRow++) {
    const int row = rowOrigin + kernelRow * ${dilations[0]};
    if (row < 0 || row >= height) continue;
    for (int kernelColumn = 0; kernelColumn < ${kernel[1]}; kernelColumn++) {
      const int column = columnOrigin + kernelColumn * ${dilations[1]};
      if (column < 0 || column >= width) continue;
      value += *(__global const float4 *)(input + (${depth ? "(slice * height + row)" : "row"} * width + column) * ${blockSize}) *
          *(__global const float4 *)(weights + (1 + ${depth ? `(kernelSlice * ${kernel[0]} + kernelRow)` : "kernelRow"} * ${kernel[1]} + kernelColumn) * ${blockSize});
    }
  }
  ${depth ? "}" : ""}
  ${storePixel(epilogue)}`,
  })
  return { calls: [call], weights: packDepthwiseWeights(channels, area, bias), scratch: {} }
}
