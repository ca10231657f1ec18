import { areaOf, type ConvolutionShape } from "../convolution.js"
import type { PackedWeights } from "../kernel-call.js"
import { blockSize, blocksOf } from "../layout.js"

/** Which weights a convolution by tiles reads, whatever the size of its images. */
export interface WeightSteps {
  /** Blocks of input channels that a block of output channels is computed from: those of its groups. */
  readonly planes: number
  /** Steps of the sums, a multiple of 16: for each of those blocks and each place of the kernel, 16 channels. */
  readonly steps: number
}

type Shape = Pick<ConvolutionShape, "channels" | "outputChannels" | "groups" | "kernel" | "depth">

/** The first block of input channels that a block of output channels is computed from. */
const firstPlane = ({ channels, outputChannels, groups }: Shape, block: number): number =>
  Math.floor((Math.floor((block * blockSize) / (outputChannels / groups)) * (channels / groups)) / blockSize)

export function weightSteps(shape: Shape, input: "blocked" | "plain"): WeightSteps {
  const { channels, outputChannels, groups } = shape
  const area = areaOf(shape)
  if (input === "plain") return { planes: 1, steps: Math.ceil((channels * area) / blockSize) * blockSize }
  let planes = 0
  for (let block = 0; block < blocksOf(outputChannels); block += 1) {
    const last = Math.min((block + 1) * blockSize, outputChannels) - 1
    const end = (Math.floor(last / (outputChannels / groups)) + 1) * (channels / groups)
    planes = Math.max(planes, blocksOf(end) - firstPlane(shape, block))
  }
  return { planes, steps: planes * area * blockSize }
}

/**
 * From the model's weights to, for each block of 16 output channels: their biases, then for each step 16 weights, zeros
 * between groups and above the last channel. Buffers: input, bias (if there is one), output.
 *
 * @param input the layout of the images, by which steps go
 * @param isTransposed whether the model has [channels][outputChannels / groups][kernel], and not
 *   [outputChannels][channels / groups][kernel]
 */
export function packTileWeights(
  shape: Shape,
  { input, isTransposed, bias }: { input: "blocked" | "plain"; isTransposed: boolean; bias: boolean },
): PackedWeights {
  const { channels, outputChannels, groups } = shape
  const { steps } = weightSteps(shape, input)
  const blocks = blocksOf(outputChannels)
  const floats = blocks * (1 + steps) * blockSize
  const at = isTransposed
    ? "((size_t)channel * groupOutputs + outputChannel % groupOutputs) * area + place"
    : "((size_t)outputChannel * groupInputs + channel % groupInputs) * area + place"
  return {
    byteLength: floats * 4,
    pack: {
      source: `
__kernel void KERNEL(__global const float *restrict input, ${bias ? "__global const float *restrict bias, " : ""}
                     __global float *restrict output, const int channels, const int outputChannels,
                     const int groupInputs, const int groupOutputs, const int area, const int steps) {
  const int lane = get_global_id(0) % ${blockSize}, row = (int)get_global_id(0) / ${blockSize};
  const int block = row / (1 + steps), step = row % (1 + steps) - 1;
  const int outputChannel = block * ${blockSize} + lane;
  float value = 0.0f;
  if (outputChannel < outputChannels) {
    if (step < 0) {
      ${bias ? "value = bias[outputChannel];" : ""}
    } else {
      ${
        input === "plain"
          ? "const int channel = step / area, place = step % area;"
          : `const int plane = block * ${blockSize} / groupOutputs * groupInputs / ${blockSize} + step / ${blockSize} / area;
      const int channel = plane * ${blockSize} + step % ${blockSize}, place = step / ${blockSize} % area;`
      }
      if (channel < channels && channel / groupInputs == outputChannel / groupOutputs) value = input[${at}];
    }
  }
  output[get_global_id(0)] = value;
}`,
      buffers: ["input", ...(bias ? ["bias"] : []), "output"],
      integers: [channels, outputChannels, channels / groups, outputChannels / groups, areaOf(shape), steps],
      global: [floats],
      local: [blockSize],
    },
  }
}
