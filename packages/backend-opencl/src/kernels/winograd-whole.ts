import type { ConvolutionShape } from "./convolution.js"
import type { Epilogue, WeightedKernels } from "./kernel-call.js"
import type { KernelDevice } from "./kernel-device.js"
import { blockSize, blocksOf } from "./layout.js"
import { columnsOf, declareSums, forEachSum, multiplyAdd, type RegisterTile, sum } from "./register-tile.js"
import { load, prefetch, store, vectorFunctions, vectorType } from "./vector-text.js"
import { tileOfWhole, tilesOf } from "./winograd-cost.js"
import { tileMemory, transformInputTile, transformOutputTile } from "./winograd-tiles.js"
import { packWinogradWeights } from "./winograd-weights.js"

/**
 * Winograd's filtering in one kernel, whose work-items take a few tiles from images to images: what lies between never
 * leaves a core's own cache. For few channels: each work-item reads all weights.
 *
 * @param rows of a tile of sums, of {@link wholeTiles}. Default: the soonest's
 */
export function winogradAsWhole(
  device: KernelDevice,
  shape: ConvolutionShape,
  { bias, epilogue, rows }: { bias: boolean; epilogue: Epilogue; rows?: number },
): WeightedKernels {
  const { channels, size, outputChannels, outputSize, pads } = shape
  const tiles = tilesOf(shape)
  const tile = tileOfWhole(device, shape, rows)
  const weights = packWinogradWeights(device, shape, bias)
  const call = {
    source: source(tile, blocksOf(channels), epilogue),
    buffers: ["input", "weights", "output"],
    integers: [
      ...[channels, ...size, blocksOf(outputChannels), ...outputSize],
      ...[tiles.high, tiles.wide, tiles.count, weights.biasFrom, ...pads],
    ],
    global: [Math.ceil(tiles.count / tile.rows)],
    local: [1],
  }
  return { calls: [call], weights: weights.packed, scratch: {} }
}

const source = (tile: RegisterTile, planes: number, epilogue: Epilogue): string => `${vectorFunctions(tile.width)}
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict input, __global const float *restrict weights,
                     __global float *restrict output, const int channels, const int inputHeight, const int inputWidth,
                     const int blocks, const int outputHeight, const int outputWidth, const int tilesHigh,
                     const int tilesWide, const int tiles, const int biasFrom, const int top,
                     const int left${epilogue.parameters}) {
  __local float transformed[${36 * planes * tile.rows * blockSize}] __attribute__((aligned(64)));
  __local float products[${36 * tile.rows * columnsOf(tile)}] __attribute__((aligned(64)));
  ${tileMemory(tile.width)}
  const int first = min((int)get_global_id(0) * ${tile.rows}, tiles - ${tile.rows});
  for (int row = 0; row < ${tile.rows}; row++) {
    const int image = (first + row) / (tilesHigh * tilesWide), place = (first + row) % (tilesHigh * tilesWide);
    const int height = inputHeight, width = inputWidth;
    const int y = place / tilesWide * 4 - top, x = place % tilesWide * 4 - left;
    for (int block = 0; block < ${planes}; block++) {
      __global const float *plane = input + ((size_t)image * ${planes} + block) * height * width * ${blockSize};
      __local float *target = transformed + (block * ${tile.rows} + row) * ${blockSize};
      for (int part = 0; part < ${blockSize}; part += ${tile.width})
        ${transformInputTile(tile.width, (place) => `target + ${place * planes * tile.rows * blockSize} + part`)}
    }
  }
  __global const float *weight = weights;
  for (int firstBlock = 0; firstBlock < blocks; firstBlock += ${columnsOf(tile) / blockSize}) {
    for (int place = 0; place < 36; place++) {
      ${prefetchTiles(tile, planes)}
      ${declareSums(tile, () => "0.0f")}
      for (int plane = 0; plane < ${planes}; plane++) {
        const int count = min(${blockSize}, channels - plane * ${blockSize});
        __local const float *factor = transformed + (place * ${planes} + plane) * ${tile.rows * blockSize};
        for (int lane = 0; lane < count; lane++, factor++, weight += ${columnsOf(tile)}) {
          ${multiplyAdd(
            tile,
            (vector) => load(tile.width, `weight + ${vector * tile.width}`),
            (row) => `factor[${row * blockSize}]`,
          )}
        }
      }
      __local float *target = products + place * ${tile.rows * columnsOf(tile)};
      ${forEachSum(tile, (row, vector) => store(tile.width, sum(row, vector), `target + ${row * columnsOf(tile) + vector * tile.width}`))}
    }
    const int height = outputHeight, width = outputWidth;
    for (int block = firstBlock; block < min(firstBlock + ${columnsOf(tile) / blockSize}, blocks); block++)
      for (int part = 0; part < ${blockSize}; part += ${tile.width}) {
        const int channel = block * ${blockSize} + part;
        const ${vectorType(tile.width)} bias = ${load(tile.width, "weights + biasFrom + channel")};
        for (int row = 0; row < ${tile.rows}; row++) {
          const int image = (first + row) / (tilesHigh * tilesWide), place = (first + row) % (tilesHigh * tilesWide);
          const int y = place / tilesWide * 4, x = place % tilesWide * 4;
          const size_t start = ((size_t)image * blocks + block) * height * width * ${blockSize};
          __local const float *source =
              products + row * ${columnsOf(tile)} + (block - firstBlock) * ${blockSize} + part;
          ${transformOutputTile(tile.width, (place) => `source + ${place * tile.rows * columnsOf(tile)}`, epilogue)}
        }
      }
  }
}`

/** Asks for what the next work-item begins with, a part at each place: multiplying leaves the memory idle. */
function prefetchTiles({ rows }: RegisterTile, planes: number): string {
  const pixels = Math.ceil((rows * 4 + 2) / 6)
  return `
      if (firstBlock == 0 && first + ${rows} < tiles) {
        const int image = (first + ${rows}) / (tilesHigh * tilesWide), next = (first + ${rows}) % (tilesHigh * tilesWide);
        const int y = next / tilesWide * 4 - top + place % 6, x = next % tilesWide * 4 - left + place / 6 * ${pixels};
        for (int plane = 0; plane < ${planes}; plane++) {
          __global const float *source = input +
              ((((size_t)image * ${planes} + plane) * inputHeight + y) * inputWidth + x) * ${blockSize};
          for (int pixel = 0; pixel < ${pixels}; pixel++) ${prefetch(`source + pixel * ${blockSize}`)}
        }
      }`
}
