import type { PackedWeights } from "./kernel-call.js"
import { blockSize } from "./layout.js"

/**
 * From [outputChannels][channels][kernel] to, for each tile of output channels: their biases, then for each block of
 * channels and each place of the kernel a row of weights for each channel. Buffers: input, bias (if there is one), output.
 *
 * @param columns output channels of a tile
 * @param lanes channels of a block
 * @param channels of a group
 * @param area places of the kernel
 * @param weightGroups groups within each of those groups: between them the result is zero
 */
export function packConvolutionWeights({
  columns,
  lanes,
  channels,
  outputChannels,
  groups,
  weightGroups,
  area,
  bias,
}: {
  columns: number
  lanes: number
  channels: number
  outputChannels: number
  groups: number
  weightGroups: number
  area: number
  bias: boolean
}): PackedWeights {
  const groupChannels = outputChannels / groups
  const tilesOfGroup = Math.ceil((Math.ceil(groupChannels / blockSize) * blockSize) / columns)
  return {
    byteLength: groups * tilesOfGroup * columns * (1 + channels * area) * 4,
    pack: {
      source: `
__kernel void KERNEL(__global const float *restrict input, ${bias ? "__global const float *restrict bias, " : ""}
                     __global float *restrict output, const int channels, const int groupChannels,
                     const int tilesOfGroup, const int area, const int weightGroups) {
  const int tile = get_global_id(0), group = tile / tilesOfGroup, from = get_global_id(1) * ${lanes};
  const int count = min(${lanes}, channels - from), rowChannels = channels / weightGroups;
  output += (size_t)tile * ${columns} * (1 + channels * area);
  for (int column = 0; column < ${columns}; column++) {
    const int channel = (tile % tilesOfGroup) * ${columns} + column;
    const bool exists = channel < groupChannels;
    const size_t row = (size_t)group * groupChannels + channel;
    const int rowStart = exists ? channel / (groupChannels / weightGroups) * rowChannels : channels;
    if (from == 0) output[column] = ${bias ? "exists ? bias[row] : 0.0f" : "0.0f"};
    for (int place = 0; place < area; place++)
      for (int lane = 0; lane < count; lane++) {
        const int rowChannel = from + lane - rowStart;
        output[${columns} * (1 + (size_t)from * area + place * count + lane) + column] =
            rowChannel >= 0 && rowChannel < rowChannels ? input[(row * rowChannels + rowChannel) * area + place] : 0.0f;
      }
  }
}`,
      buffers: ["input", ...(bias ? ["bias"] : []), "output"],
      integers: [channels, groupChannels, tilesOfGroup, area, weightGroups],
      global: [groups * tilesOfGroup, Math.ceil(channels / lanes)],
      local: [1, 1],
    },
  }
}
