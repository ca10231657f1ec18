import type { Epilogue, PackedWeights, WeightedKernels } from "./kernel-call.js"
import type { KernelDevice } from "./kernel-device.js"
import { blockSize, blocksOf } from "./layout.js"
import {
  chooseTile,
  columnsOf,
  declareSums,
  type EstimatedTile,
  multiplyAdd,
  type RegisterTile,
  type TiledMatrix,
  tilesFor,
} from "./register-tile.js"
import { storeBlocks } from "./store-blocks.js"
import { load, vectorFunctions } from "./vector-text.js"

export interface GroupedPointwiseShape {
  readonly batch: number
  readonly channels: number
  readonly outputChannels: number
  readonly pixels: number
  readonly groups: number
  /**
   * The input's channels are first shuffled as ShuffleNet does it (reshaped to [shuffle, channels / shuffle], transposed,
   * flattened): they are only read in that order. 1 for none.
   */
  readonly shuffle: number
}

/** Tiles for it, the soonest first. */
export const groupedPointwiseTiles = (device: KernelDevice, shape: GroupedPointwiseShape): readonly EstimatedTile[] =>
  tilesFor(device, matrixOf(shape), blockSize)

const matrixOf = ({ batch, outputChannels, pixels }: GroupedPointwiseShape): TiledMatrix => ({
  rows: pixels,
  columns: blockSize,
  repeats: batch * blocksOf(outputChannels),
})

/**
 * A convolution with kernels of one pixel, in groups of channels that needn't be whole blocks, in the blocked layout.
 * Buffers: input, weights (packed), output.
 *
 * A work-item computes a tile of pixels for one block of output channels, from the channels of all groups that the block
 * has a part in: mostly one.
 *
 * @param rows pixels of a tile, of {@link groupedPointwiseTiles}. Default: the first's
 */
export function groupedPointwise(
  device: KernelDevice,
  shape: GroupedPointwiseShape,
  { bias, epilogue, rows }: { bias: boolean; epilogue: Epilogue; rows?: number },
): WeightedKernels {
  const { batch, channels, outputChannels, pixels, groups, shuffle } = shape
  const blocks = blocksOf(outputChannels)
  const tile = chooseTile(device, matrixOf(shape), blockSize, rows)
  const call = {
    source: source(tile, epilogue),
    buffers: ["input", "weights", "output"],
    integers: [channels, outputChannels, pixels, groups, shuffle, blocksOfPeriod(shape)],
    global: [Math.ceil(pixels / tile.rows), blocks, batch],
    local: [1, 1, 1],
  }
  return { calls: [call], weights: packGroupedWeights(shape, bias), scratch: {} }
}

/** Blocks of output channels after which a block and a group begin at the same channel again. */
function blocksOfPeriod({ outputChannels, groups }: GroupedPointwiseShape): number {
  const ofGroup = outputChannels / groups
  let blocks = 1
  while ((blocks * blockSize) % ofGroup !== 0) blocks += 1
  return blocks
}

/** Rows of packed weights: for each block, biases and the channels of its groups. */
function packedRows({ channels, outputChannels, groups }: GroupedPointwiseShape): number {
  const ofGroup = outputChannels / groups
  const rows = Array.from({ length: blocksOf(outputChannels) }, (_, block) => {
    const last = Math.min((block + 1) * blockSize, outputChannels) - 1
    return 1 + ((Math.floor(last / ofGroup) - Math.floor((block * blockSize) / ofGroup) + 1) * channels) / groups
  })
  return rows.reduce((sum, one) => sum + one, 0)
}

/**
 * OpenCL C: the first row of a block's weights. The block before goes on in the group that this one begins in, so that the
 * groups of all before are one more for each block, but where both begin at once.
 */
const firstRow = "block + (size_t)groupInputs * (block + firstGroup - block / period)"

const source = (tile: RegisterTile, epilogue: Epilogue): string => `${vectorFunctions(tile.width)}
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict input, __global const float *restrict weights,
                     __global float *restrict output, const int channels, const int outputChannels, const int pixels,
                     const int groups, const int shuffle, const int period${epilogue.parameters}) {
  const int pixel = min((int)get_global_id(0) * ${tile.rows}, pixels - ${tile.rows});
  const int block = get_global_id(1), image = get_global_id(2);
  const int blocks = get_global_size(1), planes = (channels + ${blockSize - 1}) / ${blockSize};
  const int groupOutputs = outputChannels / groups, groupInputs = channels / groups;
  const int lastChannel = min(block * ${blockSize} + ${blockSize - 1}, outputChannels - 1);
  const int firstGroup = block * ${blockSize} / groupOutputs, lastGroup = lastChannel / groupOutputs;
  const int count = (lastGroup - firstGroup + 1) * groupInputs;
  input += ((size_t)image * planes * pixels + pixel) * ${blockSize};
  __global const float *weight = weights + ${columnsOf(tile)} * (${firstRow});
  ${declareSums(tile, (vector) => load(tile.width, `weight + ${vector * tile.width}`))}
  weight += ${columnsOf(tile)};
  // A shuffled channel is the one in this row and column of [shuffle, channels / shuffle].
  int row = firstGroup * groupInputs % shuffle, column = firstGroup * groupInputs / shuffle;
  for (int step = 0; step < count; step++, weight += ${columnsOf(tile)}) {
    const int channel = row * (channels / shuffle) + column;
    __global const float *factor =
        input + (size_t)(channel / ${blockSize}) * pixels * ${blockSize} + channel % ${blockSize};
    ${multiplyAdd(
      tile,
      (vector) => load(tile.width, `weight + ${vector * tile.width}`),
      (index) => `factor[${index * blockSize}]`,
    )}
    if (++row == shuffle) {
      row = 0;
      column++;
    }
  }
  const size_t plane = (size_t)pixels * ${blockSize};
  const size_t start = ((size_t)image * blocks + block) * plane + (size_t)pixel * ${blockSize};
  const int firstBlock = block, firstChannel = block * ${blockSize};
  ${storeBlocks(tile, epilogue)}
}`

/**
 * From [outputChannels][channels / groups] to, for each block of output channels: their biases, then a row of weights for
 * each channel of the block's groups. Buffers: input, bias (if there is one), output.
 */
function packGroupedWeights(shape: GroupedPointwiseShape, bias: boolean): PackedWeights {
  const { channels, outputChannels, groups } = shape
  return {
    byteLength: packedRows(shape) * blockSize * 4,
    pack: {
      source: `
__kernel void KERNEL(__global const float *restrict input, ${bias ? "__global const float *restrict bias, " : ""}
                     __global float *restrict output, const int outputChannels, const int groupOutputs,
                     const int groupInputs, const int period) {
  const int block = get_global_id(0), firstGroup = block * ${blockSize} / groupOutputs;
  const int lastChannel = min(block * ${blockSize} + ${blockSize - 1}, outputChannels - 1);
  const int count = (lastChannel / groupOutputs - firstGroup + 1) * groupInputs;
  output += ${blockSize} * (${firstRow});
  for (int lane = 0; lane < ${blockSize}; lane++) {
    const int channel = block * ${blockSize} + lane;
    const bool exists = channel < outputChannels;
    const int start = exists ? (channel / groupOutputs - firstGroup) * groupInputs : count;
    output[lane] = ${bias ? "exists ? bias[channel] : 0.0f" : "0.0f"};
    for (int step = 0; step < count; step++) {
      const int own = step - start;
      output[(1 + step) * ${blockSize} + lane] =
          own >= 0 && own < groupInputs ? input[channel * groupInputs + own] : 0.0f;
    }
  }
}`,
      buffers: ["input", ...(bias ? ["bias"] : []), "output"],
      integers: [outputChannels, outputChannels / groups, channels / groups, blocksOfPeriod(shape)],
      global: [blocksOf(outputChannels)],
      local: [1],
    },
  }
}
