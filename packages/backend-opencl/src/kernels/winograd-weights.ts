import type { ConvolutionShape } from "./convolution.js"
import type { PackedWeights } from "./kernel-call.js"
import type { KernelDevice } from "./kernel-device.js"
import { blockSize, blocksOf } from "./layout.js"
import { chooseTile, columnsOf } from "./register-tile.js"

/**
 * From [outputChannels][channels][3][3] to, for each tile of output channels and each of the 36 places, a row of weights for
 * each channel, and after all of them the biases. It is the same whatever the image's size. Buffers: input, bias (if there
 * is one), output.
 */
export function packWinogradWeights(
  device: KernelDevice,
  { channels, outputChannels }: Pick<ConvolutionShape, "channels" | "outputChannels">,
  bias: boolean,
): { readonly packed: PackedWeights; readonly biasFrom: number } {
  const biases = blocksOf(outputChannels) * blockSize
  const columns = columnsOf(chooseTile(device, { rows: 1, columns: biases, repeats: 1 }, blockSize))
  const tiles = Math.ceil(biases / columns)
  const biasFrom = 36 * tiles * columns * channels
  const pack = {
    source: `
// The transform of a row or column of a kernel, by the matrix that Lavin and Gray call G.
static void KERNEL_transform(const float a, const float b, const float c, float *target) {
  target[0] = a / 4;
  target[1] = -(a + b + c) / 6;
  target[2] = -(a - b + c) / 6;
  target[3] = a / 24 + b / 12 + c / 6;
  target[4] = a / 24 - b / 12 + c / 6;
  target[5] = c;
}

__kernel void KERNEL(__global const float *restrict input, ${bias ? "__global const float *restrict bias, " : ""}
                     __global float *restrict output, const int channels, const int outputChannels, const int biasFrom,
                     const int biases) {
  const int channel = get_global_id(0), tile = get_global_id(1);
  float transformed[36][${columns}];
  for (int column = 0; column < ${columns}; column++) {
    const int outputChannel = tile * ${columns} + column;
    const bool exists = outputChannel < outputChannels;
    if (channel == 0 && outputChannel < biases)
      output[biasFrom + outputChannel] = ${bias ? "exists ? bias[outputChannel] : 0.0f" : "0.0f"};
    __global const float *kernel3 = input + ((size_t)outputChannel * channels + channel) * 9;
    float rows[3][6], place[6];
    for (int row = 0; row < 3; row++)
      if (exists) KERNEL_transform(kernel3[row * 3], kernel3[row * 3 + 1], kernel3[row * 3 + 2], rows[row]);
      else KERNEL_transform(0.0f, 0.0f, 0.0f, rows[row]);
    for (int x = 0; x < 6; x++) {
      KERNEL_transform(rows[0][x], rows[1][x], rows[2][x], place);
      for (int y = 0; y < 6; y++) transformed[y * 6 + x][column] = place[y];
    }
  }
  output += ((size_t)tile * 36 * channels + channel) * ${columns};
  for (int place = 0; place < 36; place++, output += (size_t)channels * ${columns})
    for (int column = 0; column < ${columns}; column++) output[column] = transformed[place][column];
}`,
    buffers: ["input", ...(bias ? ["bias"] : []), "output"],
    integers: [channels, outputChannels, biasFrom, biases],
    global: [channels, tiles],
    local: [1, 1],
  }
  return { packed: { byteLength: (biasFrom + biases) * 4, pack }, biasFrom }
}
