import type { Epilogue } from "./kernel-call.js"
import { blockSize } from "./layout.js"
import { columnsOf, declareSums, multiplyAdd, type RegisterTile } from "./register-tile.js"
import { storeBlocks } from "./store-blocks.js"
import { load, vectorFunctions } from "./vector-text.js"

type Pair = readonly [number, number]

/**
 * Where each pixel makes a patch of its own. A work-item computes one place of the patches of a tile of pixels, for a few
 * blocks of output channels: as a convolution with kernels of one pixel, whose results lie apart.
 */
export const separateSource = ({
  tile,
  kernel,
  epilogue,
}: {
  tile: RegisterTile
  kernel: Pair
  epilogue: Epilogue
}): string => `${vectorFunctions(tile.width)}
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict input, __global const float *restrict weights,
                     __global float *restrict output, const int channels, const int height, const int width,
                     const int blocks${epilogue.parameters}) {
  const int x = min((int)get_global_id(0) * ${tile.rows}, width - ${tile.rows});
  const int image = (int)get_global_id(1) / height, y = (int)get_global_id(1) % height;
  const int place = (int)get_global_id(2) % ${kernel[0] * kernel[1]}, tile = (int)get_global_id(2) / ${kernel[0] * kernel[1]};
  const int planes = (channels + ${blockSize - 1}) / ${blockSize};
  input += (((size_t)image * planes * height + y) * width + x) * ${blockSize};
  __global const float *weight = weights + (size_t)tile * ${columnsOf(tile)} * (1 + channels * ${kernel[0] * kernel[1]});
  ${declareSums(tile, (vector) => load(tile.width, `weight + ${vector * tile.width}`))}
  weight += ${columnsOf(tile)} * (1 + place * channels);
  for (int inputPlane = 0; inputPlane < planes; inputPlane++, input += (size_t)height * width * ${blockSize}) {
    const int count = min(${blockSize}, channels - inputPlane * ${blockSize});
    __global const float *factor = input;
    for (int lane = 0; lane < count; lane++, factor++, weight += ${columnsOf(tile)}) {
      ${multiplyAdd(
        tile,
        (vector) => load(tile.width, `weight + ${vector * tile.width}`),
        (row) => `factor[${row * blockSize}]`,
      )}
    }
  }
  const int firstBlock = tile * ${columnsOf(tile) / blockSize}, firstChannel = firstBlock * ${blockSize}, outputWidth = width * ${kernel[1]};
  const size_t plane = (size_t)height * ${kernel[0]} * outputWidth * ${blockSize};
  const size_t start = ((size_t)image * blocks + firstBlock) * plane +
      ((size_t)(y * ${kernel[0]} + place / ${kernel[1]}) * outputWidth + x * ${kernel[1]} + place % ${kernel[1]}) * ${blockSize};
  ${storeBlocks(tile, epilogue, kernel[1])}
}`

/**
 * Where patches overlap, or are cut off. A work-item computes one pixel of the larger image for one block of output
 * channels, from every pixel that reaches it.
 */
export const overlappingSource = ({
  tile,
  kernel,
  strides,
  dilations,
  epilogue,
}: {
  tile: RegisterTile
  kernel: Pair
  strides: Pair
  dilations: Pair
  epilogue: Epilogue
}): string => `${vectorFunctions(tile.width)}
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict input, __global const float *restrict weights,
                     __global float *restrict output, const int channels, const int height, const int width,
                     const int blocks, const int outputHeight, const int outputWidth, const int top,
                     const int left${epilogue.parameters}) {
  const int x = get_global_id(0), tile = get_global_id(2);
  const int image = (int)get_global_id(1) / outputHeight, y = (int)get_global_id(1) % outputHeight;
  const int planes = (channels + ${blockSize - 1}) / ${blockSize};
  input += (size_t)image * planes * height * width * ${blockSize};
  weights += (size_t)tile * ${columnsOf(tile)} * (1 + channels * ${kernel[0] * kernel[1]});
  ${declareSums(tile, (vector) => load(tile.width, `weights + ${vector * tile.width}`))}
  for (int kernelRow = 0; kernelRow < ${kernel[0]}; kernelRow++) {
    const int row = y + top - kernelRow * ${dilations[0]};
    if (row < 0 || row % ${strides[0]} != 0 || row / ${strides[0]} >= height) continue;
    for (int kernelColumn = 0; kernelColumn < ${kernel[1]}; kernelColumn++) {
      const int column = x + left - kernelColumn * ${dilations[1]};
      if (column < 0 || column % ${strides[1]} != 0 || column / ${strides[1]} >= width) continue;
      __global const float *weight =
          weights + ${columnsOf(tile)} * (1 + (size_t)(kernelRow * ${kernel[1]} + kernelColumn) * channels);
      for (int channel = 0; channel < channels; channel++, weight += ${columnsOf(tile)}) {
        __global const float *factor = input +
            (((size_t)(channel / ${blockSize}) * height + row / ${strides[0]}) * width + column / ${strides[1]}) * ${blockSize} +
            channel % ${blockSize};
        ${multiplyAdd(
          tile,
          (vector) => load(tile.width, `weight + ${vector * tile.width}`),
          () => "*factor",
        )}
      }
    }
  }
  const int firstBlock = tile * ${columnsOf(tile) / blockSize}, firstChannel = firstBlock * ${blockSize};
  const size_t plane = (size_t)outputHeight * outputWidth * ${blockSize};
  const size_t start =
      ((size_t)image * blocks + firstBlock) * plane + ((size_t)y * outputWidth + x) * ${blockSize};
  ${storeBlocks(tile, epilogue)}
}`
