import type { ConvolutionShape } from "./convolution.js"
import type { PackedWeights } from "./kernel-call.js"
import { blockSize, blocksOf } from "./layout.js"

/**
 * From [channels][outputChannels / groups][kernel] to, for each tile of output channels: their biases, then for each place
 * of the kernel and each channel a row of weights, zeros between groups. Buffers: input, bias (if there is one), output.
 *
 * @param columns output channels of a tile
 */
export function packTransposedWeights({
  columns,
  shape: { channels, outputChannels, kernel, groups },
  bias,
}: {
  columns: number
  shape: Pick<ConvolutionShape, "channels" | "outputChannels" | "kernel" | "groups">
  bias: boolean
}): PackedWeights {
  const area = kernel[0] * kernel[1]
  const tiles = Math.ceil((blocksOf(outputChannels) * blockSize) / columns)
  return {
    byteLength: tiles * columns * (1 + channels * area) * 4,
    pack: {
      source: `
__kernel void KERNEL(__global const float *restrict input, ${bias ? "__global const float *restrict bias, " : ""}
                     __global float *restrict output, const int channels, const int outputChannels, const int area,
                     const int groups) {
  const int tile = get_global_id(0), groupOutputs = outputChannels / groups, groupInputs = channels / groups;
  output += (size_t)tile * ${columns} * (1 + channels * area);
  for (int column = 0; column < ${columns}; column++) {
    const int outputChannel = tile * ${columns} + column;
    const bool exists = outputChannel < outputChannels;
    output[column] = ${bias ? "exists ? bias[outputChannel] : 0.0f" : "0.0f"};
    for (int place = 0; place < area; place++)
      for (int channel = 0; channel < channels; channel++) {
        const bool connected = exists && channel / groupInputs == outputChannel / groupOutputs;
        output[${columns} * (1 + (size_t)place * channels + channel) + column] =
            connected ? input[((size_t)channel * groupOutputs + outputChannel % groupOutputs) * area + place] : 0.0f;
      }
  }
}`,
      buffers: ["input", ...(bias ? ["bias"] : []), "output"],
      integers: [channels, outputChannels, area, groups],
      global: [tiles],
      local: [1],
    },
  }
}
