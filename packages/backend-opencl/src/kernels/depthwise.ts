import { areaOf, type ConvolutionShape } from "./convolution.js"
import { depthIntegers } from "./depth.js"
import { depthwiseSource } from "./depthwise-source.js"
import type { Epilogue, PackedWeights, WeightedKernels } from "./kernel-call.js"
import { type KernelDevice, registerCounts } from "./kernel-device.js"
import { blockSize, blocksOf } from "./layout.js"
import { shareRows } from "./share-rows.js"

/**
 * A convolution of each channel with a kernel of its own, in the blocked layout. Buffers: input, weights (packed), output.
 *
 * @param shape groups, channels and output channels are the same number
 * @param bias whether there is one; it is packed with the weights
 */
export function depthwise(
  device: KernelDevice,
  shape: ConvolutionShape,
  { bias, epilogue }: { bias: boolean; epilogue: Epilogue },
): WeightedKernels {
  const { batch, channels, size, outputSize, kernel, strides, dilations, pads, depth } = shape
  const blocks = blocksOf(channels)
  const reach = (outputSize[1] - 1) * strides[1] + (kernel[1] - 1) * dilations[1] + 1
  const pixels = choosePixels(device, outputSize[1], kernel[1])
  const rows = (depth?.outputSize ?? 1) * outputSize[0]
  const rowsOfItem = shareRows(device, rows, batch * blocks)
  const call = {
    source: depthwiseSource({
      pixels,
      width: device.vectorWidth,
      kernel,
      strides,
      dilations,
      depth,
      left: pads[1],
      right: Math.max(0, reach - pads[1] - size[1]),
      epilogue,
    }),
    buffers: ["input", "weights", "output"],
    integers: [...size, ...outputSize, rowsOfItem, blocks, pads[0], ...depthIntegers(depth)],
    global: [Math.ceil(rows / rowsOfItem), batch * blocks],
    local: [1, 1],
  }
  return { calls: [call], weights: packDepthwiseWeights(channels, areaOf(shape), bias), scratch: {} }
}

/** How many pixels are computed at a time: their sums stay in registers, beside a row of the kernel and a pixel. */
function choosePixels({ vectorWidth }: KernelDevice, pixelsOfRow: number, kernelWidth: number): number {
  const most = Math.max(1, Math.min(pixelsOfRow, registerCounts[vectorWidth] - kernelWidth - 2))
  return Math.ceil(pixelsOfRow / Math.ceil(pixelsOfRow / most))
}

/** From [channels][kernel] to [block][bias, then the kernel][16]. Buffers: input, bias (if there is one), output. */
export function packDepthwiseWeights(channels: number, area: number, bias: boolean): PackedWeights {
  const blocks = blocksOf(channels)
  return {
    byteLength: blocks * blockSize * (1 + area) * 4,
    pack: {
      source: `
__kernel void KERNEL(__global const float *restrict input, ${bias ? "__global const float *restrict bias, " : ""}
                     __global float *restrict output, const int channels, const int area) {
  const int block = get_global_id(0);
  output += block * (1 + area) * ${blockSize};
  for (int lane = 0; lane < ${blockSize}; lane++) {
    const int channel = block * ${blockSize} + lane;
    const bool exists = channel < channels;
    output[lane] = ${bias ? "exists ? bias[channel] : 0.0f" : "0.0f"};
    for (int place = 0; place < area; place++)
      output[(1 + place) * ${blockSize} + lane] = exists ? input[channel * area + place] : 0.0f;
  }
}`,
      buffers: ["input", ...(bias ? ["bias"] : []), "output"],
      integers: [channels, area],
      global: [blocks],
      local: [1],
    },
  }
}
