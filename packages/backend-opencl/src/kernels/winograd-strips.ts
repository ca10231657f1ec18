import type { ConvolutionShape } from "./convolution.js"
import { type Epilogue, type KernelCall, noEpilogue, type WeightedKernels } from "./kernel-call.js"
import type { KernelDevice } from "./kernel-device.js"
import { blockSize, blocksOf } from "./layout.js"
import { chooseTile, columnsOf, declareSums, multiplyAdd } from "./register-tile.js"
import { storeBlocks } from "./store-blocks.js"
import { lines, load, prefetch, vectorFunctions, vectorType } from "./vector-text.js"
import { tileMemory, transformInputTile, transformOutputTile } from "./winograd-tiles.js"
import { packWinogradWeights } from "./winograd-weights.js"

/** What the transformed images of a strip may take together: a part of the cache that all cores share. */
const stripByteLength = 8 << 20

/** A strip of rows of tiles, which are counted through all images. */
interface Strip {
  readonly row: number
  readonly rows: number
  readonly tilesWide: number
}

/**
 * Winograd's filtering in three kernels for each strip of rows of tiles: one transforms the tiles, one multiplies each of
 * their 36 places with the weights of that place, one transforms back. For many channels: the weights of a place are used
 * for all tiles of a strip at a time.
 */
export function winogradInStrips(
  device: KernelDevice,
  shape: ConvolutionShape,
  { bias, epilogue }: { bias: boolean; epilogue: Epilogue },
): WeightedKernels {
  const { batch, channels, outputChannels, outputSize } = shape
  const blocks = blocksOf(channels)
  const outputBlocks = blocksOf(outputChannels)
  const tilesWide = Math.ceil(outputSize[1] / 4)
  const rows = batch * Math.ceil(outputSize[0] / 4)
  const rowByteLength = tilesWide * 36 * blockSize * 4 * (blocks + outputBlocks)
  const strips = Math.ceil(rows / Math.max(1, Math.floor(stripByteLength / rowByteLength)))
  const stripRows = Math.ceil(rows / strips)
  const stripPixels = stripRows * tilesWide

  const product = multiply(device, shape, stripPixels)
  const weights = packWinogradWeights(device, shape, bias)
  const calls: KernelCall[] = []
  for (let row = 0; row < rows; row += stripRows) {
    // The last strip is moved back to end with the image: all have the same size.
    const strip = { row: Math.min(row, rows - stripRows), rows: stripRows, tilesWide }
    calls.push(
      transformInput(device, shape, strip),
      product,
      transformOutput(device, shape, { ...strip, biasFrom: weights.biasFrom, epilogue }),
    )
  }
  const blockByteLength = stripPixels * 36 * blockSize * 4
  return {
    calls,
    weights: weights.packed,
    scratch: { transformed: blockByteLength * blocks, products: blockByteLength * outputBlocks },
  }
}

/** From [36][block][tile of the strip][16] to the same of output channels. Buffers: transformed, weights, products. */
function multiply(device: KernelDevice, { channels, outputChannels }: ConvolutionShape, pixels: number): KernelCall {
  const columns = blocksOf(outputChannels) * blockSize
  const tile = chooseTile(device, { rows: pixels, columns, repeats: 36 }, blockSize)
  return {
    source: `${vectorFunctions(tile.width)}
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict transformed, __global const float *restrict weights,
                     __global float *restrict products, const int channels, const int pixels, const int blocks) {
  const int pixel = min((int)get_global_id(0) * ${tile.rows}, pixels - ${tile.rows});
  const int place = get_global_id(1), tile = get_global_id(2);
  const int planes = (channels + ${blockSize - 1}) / ${blockSize};
  __global const float *source = transformed + ((size_t)place * planes * pixels + pixel) * ${blockSize};
  __global const float *weight = weights + ((size_t)tile * 36 + place) * channels * ${columnsOf(tile)};
  __global float *output = products;
  ${declareSums(tile, () => "0.0f")}
  for (int inputPlane = 0; inputPlane < planes; inputPlane++, source += (size_t)pixels * ${blockSize}) {
    const int count = min(${blockSize}, channels - inputPlane * ${blockSize});
    // What the next plane begins with: too far away for the processor to see by itself.
    ${lines(tile.rows, (row) => prefetch(`source + ((size_t)pixels + ${row}) * ${blockSize}`))}
    __global const float *factor = source;
    for (int lane = 0; lane < count; lane++, factor++, weight += ${columnsOf(tile)}) {
      ${multiplyAdd(
        tile,
        (vector) => load(tile.width, `weight + ${vector * tile.width}`),
        (row) => `factor[${row * blockSize}]`,
      )}
    }
  }
  const int firstBlock = tile * ${columnsOf(tile) / blockSize};
  const size_t plane = (size_t)pixels * ${blockSize};
  const size_t start = ((size_t)place * blocks + firstBlock) * plane + (size_t)pixel * ${blockSize};
  ${storeBlocks(tile, noEpilogue)}
}`,
    buffers: ["transformed", "weights", "products"],
    integers: [channels, pixels, columns / blockSize],
    // Last comes what changes the weights, so that they stay in the cache for all pixels.
    global: [Math.ceil(pixels / tile.rows), 36, Math.ceil(columns / columnsOf(tile))],
    local: [1, 1, 1],
  }
}

/** From images to [36][block][tile of the strip][16]. Buffers: input, transformed. */
function transformInput(
  device: KernelDevice,
  { channels, size, outputSize, pads }: ConvolutionShape,
  { row, rows, tilesWide }: Strip,
): KernelCall {
  const width = device.vectorWidth
  return {
    source: `${vectorFunctions(width)}
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict input, __global float *restrict transformed, const int height,
                     const int width, const int tilesHigh, const int tilesWide, const int firstRow, const int top,
                     const int left) {
  const int stripRow = get_global_id(0), block = get_global_id(1), blocks = get_global_size(1);
  const int image = (firstRow + stripRow) / tilesHigh, tileRow = (firstRow + stripRow) % tilesHigh;
  const size_t place = (size_t)blocks * get_global_size(0) * tilesWide * ${blockSize};
  __global const float *plane = input + ((size_t)image * blocks + block) * height * width * ${blockSize};
  __global float *target = transformed + ((size_t)block * get_global_size(0) + stripRow) * tilesWide * ${blockSize};
  ${tileMemory(width)}
  for (int tile = 0; tile < tilesWide; tile++, target += ${blockSize})
    for (int part = 0; part < ${blockSize}; part += ${width}) {
      const int y = tileRow * 4 - top, x = tile * 4 - left;
      ${transformInputTile(width, (place) => `target + ${place} * place + part`)}
    }
}`,
    buffers: ["input", "transformed"],
    integers: [...size, Math.ceil(outputSize[0] / 4), tilesWide, row, ...pads],
    global: [rows, blocksOf(channels)],
    local: [1, 1],
  }
}

/** From [36][block][tile of the strip][16] to images. Buffers: products, weights, output. */
function transformOutput(
  device: KernelDevice,
  { outputChannels, outputSize }: ConvolutionShape,
  { row, rows, tilesWide, biasFrom, epilogue }: Strip & { readonly biasFrom: number; readonly epilogue: Epilogue },
): KernelCall {
  const width = device.vectorWidth
  return {
    source: `${vectorFunctions(width)}
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict products, __global const float *restrict weights,
                     __global float *restrict output, const int height, const int width, const int tilesHigh,
                     const int tilesWide, const int firstRow, const int biasFrom${epilogue.parameters}) {
  const int stripRow = get_global_id(0), block = get_global_id(1), blocks = get_global_size(1);
  const int image = (firstRow + stripRow) / tilesHigh, tileRow = (firstRow + stripRow) % tilesHigh;
  const size_t place = (size_t)blocks * get_global_size(0) * tilesWide * ${blockSize};
  const size_t start = ((size_t)image * blocks + block) * height * width * ${blockSize};
  __global const float *source = products + ((size_t)block * get_global_size(0) + stripRow) * tilesWide * ${blockSize};
  ${tileMemory(width)}
  for (int tile = 0; tile < tilesWide; tile++, source += ${blockSize})
    for (int part = 0; part < ${blockSize}; part += ${width}) {
      const int y = tileRow * 4, x = tile * 4, channel = block * ${blockSize} + part;
      const ${vectorType(width)} bias = ${load(width, "weights + biasFrom + channel")};
      ${transformOutputTile(width, (place) => `source + ${place} * place + part`, epilogue)}
    }
}`,
    buffers: ["products", "weights", "output"],
    integers: [...outputSize, Math.ceil(outputSize[0] / 4), tilesWide, row, biasFrom],
    global: [rows, blocksOf(outputChannels)],
    local: [1, 1],
  }
}
