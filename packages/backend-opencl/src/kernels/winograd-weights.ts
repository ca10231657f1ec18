import type { PackedWeights } from "./kernel-call.js"
import { blockSize, blocksOf } from "./layout.js"

/**
 * From [outputChannels][channels][3][3] to rows of weights for a tile's columns, a row for each channel, and after all of
 * them the biases. Buffers: input, bias (if there is one), output.
 *
 * @param columns output channels of a tile
 * @param outer what the rows are ordered by: the 36 places, and in each the tiles, each of which begins with a row of zeros
 * in place of biases, as convolutions read them; or tiles, and in each the places
 */
export function packWinogradWeights({
  columns,
  channels,
  outputChannels,
  bias,
  outer,
}: {
  columns: number
  channels: number
  outputChannels: number
  bias: boolean
  outer: "place" | "tile"
}): { readonly packed: PackedWeights; readonly biasFrom: number } {
  const biases = blocksOf(outputChannels) * blockSize
  const tiles = Math.ceil(biases / columns)
  const rows = outer === "place" ? 1 + channels : channels
  const biasFrom = 36 * tiles * columns * rows
  const pack = {
    source: `
// The transform of a row or column of a kernel; its third, a quarter and so on are Lavin and Gray's.
static void KERNEL_transform(const float a, const float b, const float c, float *target) {
  target[0] = a / 4;
  target[1] = -(a + b + c) / 6;
  target[2] = -(a - b + c) / 6;
  target[3] = a / 24 + b / 12 + c / 6;
  target[4] = a / 24 - b / 12 + c / 6;
  target[5] = c;
}

__kernel void KERNEL(__global const float *restrict input, ${bias ? "__global const float *restrict bias, " : ""}
                     __global float *restrict output, const int channels, const int outputChannels, const int biases) {
  const int tile = get_global_id(0), tiles = get_global_size(0);
  for (int column = 0; column < ${columns}; column++) {
    const int outputChannel = tile * ${columns} + column;
    if (outputChannel < biases)
      output[(size_t)36 * tiles * ${columns} * ${outer === "place" ? "(1 + channels)" : "channels"} + outputChannel] =
          ${bias ? "outputChannel < outputChannels ? bias[outputChannel] : 0.0f" : "0.0f"};
    for (int channel = 0; channel < channels; channel++) {
      float rows[3][6], place[6];
      __global const float *kernel3 = input + ((size_t)outputChannel * channels + channel) * 9;
      for (int row = 0; row < 3; row++)
        if (outputChannel < outputChannels)
          KERNEL_transform(kernel3[row * 3], kernel3[row * 3 + 1], kernel3[row * 3 + 2], rows[row]);
        else
          KERNEL_transform(0.0f, 0.0f, 0.0f, rows[row]);
      for (int x = 0; x < 6; x++) {
        KERNEL_transform(rows[0][x], rows[1][x], rows[2][x], place);
        for (int y = 0; y < 6; y++) {
${
  outer === "place"
    ? `
          __global float *target = output + ((size_t)(y * 6 + x) * tiles + tile) * ${columns} * (1 + channels);
          if (channel == 0) target[column] = 0.0f;
          target += ${columns};`
    : `
          __global float *target = output + ((size_t)tile * 36 + y * 6 + x) * ${columns} * channels;`
}
          target[channel * ${columns} + column] = place[y];
        }
      }
    }
  }
}`,
    buffers: ["input", ...(bias ? ["bias"] : []), "output"],
    integers: [channels, outputChannels, biases],
    global: [tiles],
    local: [1],
  }
  return { packed: { byteLength: (biasFrom + biases) * 4, pack }, biasFrom }
}
