import type { ConvolutionShape } from "./convolution.js"
import type { Epilogue, PackedWeights, WeightedKernels } from "./kernel-call.js"
import type { KernelDevice } from "./kernel-device.js"
import { blockSize } from "./layout.js"
import { declareSums, multiplyAdd, type RegisterTile, sum } from "./register-tile.js"
import { makesSeparatePatches } from "./separate-patches.js"
import { lines, load, store, vectorFunctions } from "./vector-text.js"

/** Whether a transposed convolution makes patches so small that 16 lanes hold one with all its channels. */
export const fitsTransposedToPlain = (shape: ConvolutionShape): boolean =>
  makesSeparatePatches(shape) && shape.outputChannels * shape.kernel[0] * shape.kernel[1] <= blockSize

/**
 * A transposed convolution from the blocked to the plain layout, for images of few channels, whose blocks would be mostly
 * empty. Buffers: input, weights (packed), output.
 *
 * A work-item computes the patches of some pixels of a row, and then sorts them into rows of the larger image. A patch's
 * lanes are its channels and their places.
 *
 * @param shape one that `fitsTransposedToPlain`
 * @param bias whether there is one; it is packed with the weights
 */
export function transposedToPlain(
  device: KernelDevice,
  shape: ConvolutionShape,
  { bias, epilogue }: { bias: boolean; epilogue: Epilogue },
): WeightedKernels {
  const { batch, channels, size } = shape
  const width = device.vectorWidth
  const tile = { rows: Math.min(size[1], width === 16 ? 16 : 6), vectors: blockSize / width, width }
  const call = {
    source: source(tile, shape, epilogue),
    buffers: ["input", "weights", "output"],
    integers: [channels, ...size],
    global: [Math.ceil(size[1] / tile.rows), batch * size[0]],
    local: [1, 1],
  }
  return { calls: [call], weights: packPatches(shape, bias), scratch: {} }
}

function source(tile: RegisterTile, { outputChannels, kernel }: ConvolutionShape, epilogue: Epilogue): string {
  const { rows, width } = tile
  const area = kernel[0] * kernel[1]
  const line = rows * kernel[1]
  return `${vectorFunctions(width)}
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict input, __global const float *restrict weights,
                     __global float *restrict output, const int channels, const int height,
                     const int width${epilogue.parameters}) {
  const int x = min((int)get_global_id(0) * ${rows}, width - ${rows});
  const int image = (int)get_global_id(1) / height, y = (int)get_global_id(1) % height;
  const int planes = (channels + ${blockSize - 1}) / ${blockSize};
  input += (((size_t)image * planes * height + y) * width + x) * ${blockSize};
  __global const float *weight = weights;
  ${declareSums(tile, (vector) => load(width, `weight + ${vector * width}`))}
  weight += ${blockSize};
  for (int plane = 0; plane < planes; plane++, input += (size_t)height * width * ${blockSize}) {
    const int count = min(${blockSize}, channels - plane * ${blockSize});
    __global const float *factor = input;
    for (int lane = 0; lane < count; lane++, factor++, weight += ${blockSize}) {
      ${multiplyAdd(
        tile,
        (vector) => load(width, `weight + ${vector * width}`),
        (row) => `factor[${row * blockSize}]`,
      )}
    }
  }
  float patches[${rows * blockSize}] __attribute__((aligned(64))), line[${line}] __attribute__((aligned(64)));
  ${lines(rows, (row) => lines(tile.vectors, (vector) => store(width, sum(row, vector), `patches + ${row * blockSize + vector * width}`)))}
  for (int channel = 0; channel < ${outputChannels}; channel++)
    for (int row = 0; row < ${kernel[0]}; row++) {
      for (int column = 0; column < ${line}; column++)
        line[column] = patches[column / ${kernel[1]} * ${blockSize} + channel * ${area} + row * ${kernel[1]} + column % ${kernel[1]}];
      const size_t place =
          (((size_t)image * ${outputChannels} + channel) * height * ${kernel[0]} + y * ${kernel[0]} + row) * width * ${kernel[1]} +
          x * ${kernel[1]};
      int column = 0;
      for (; column + ${width} <= ${line}; column += ${width}) {
        float${width} value = ${load(width, "line + column")};
        ${epilogue.apply("value", { lanes: "pixels", channel: "channel", element: "(place + column)", width })}
        ${store(width, "value", "output + place + column")}
      }
      for (; column < ${line}; column++) {
        float value = line[column];
        ${epilogue.apply("value", { lanes: "pixels", channel: "channel", element: "(place + column)", width: 1 })}
        output[place + column] = value;
      }
    }
}`
}

/**
 * From [channels][outputChannels / groups][kernel] to a row of 16 for each channel, after one of biases. Buffers: input,
 * bias (if there is one), output.
 */
function packPatches({ channels, outputChannels, kernel, groups }: ConvolutionShape, bias: boolean): PackedWeights {
  return {
    byteLength: (1 + channels) * blockSize * 4,
    pack: {
      source: `
__kernel void KERNEL(__global const float *restrict input, ${bias ? "__global const float *restrict bias, " : ""}
                     __global float *restrict output, const int outputChannels, const int area, const int groupInputs,
                     const int groupOutputs) {
  const int row = get_global_id(0), channel = row - 1;
  for (int lane = 0; lane < ${blockSize}; lane++) {
    const int outputChannel = lane / area;
    const bool exists = outputChannel < outputChannels;
    const bool connected = exists && row > 0 && channel / groupInputs == outputChannel / groupOutputs;
    output[row * ${blockSize} + lane] =
        connected ? input[(channel * groupOutputs + outputChannel % groupOutputs) * area + lane % area]
                  : ${bias ? "exists && row == 0 ? bias[outputChannel] : 0.0f" : "0.0f"};
  }
}`,
      buffers: ["input", ...(bias ? ["bias"] : []), "output"],
      integers: [outputChannels, kernel[0] * kernel[1], channels / groups, outputChannels / groups],
      global: [1 + channels],
      local: [1],
    },
  }
}
