import type { ConvolutionShape } from "./convolution.js"
import type { Epilogue, KernelCall } from "./kernel-call.js"
import type { KernelDevice } from "./kernel-device.js"
import { blockSize, blocksOf } from "./layout.js"
import { lines, load, store, vectorType } from "./register-tile.js"

/** A strip of rows of tiles, which are counted through all images. */
export interface Strip {
  readonly row: number
  readonly rows: number
  readonly tilesWide: number
}

/** From images to [36][block][tile of the strip][16]. Buffers: input, transformed. */
export function inputTransform(
  device: KernelDevice,
  { channels, size, outputSize, pads }: ConvolutionShape,
  { row, rows, tilesWide }: Strip,
): KernelCall {
  const width = device.vectorWidth
  const type = vectorType(width)
  const tile = (pixel: (y: number, x: number) => string) => `
        ${lines(
          6,
          (x) => `{
          ${lines(6, (y) => `const ${type} in${y} = ${load(width, pixel(y, x))};`)}
          ${transformInput(type)}
          ${lines(6, (y) => store(width, `out${y}`, `columns + ${(y * 6 + x) * width}`))}
        }`,
        )}`
  return {
    source: `
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict input, __global float *restrict transformed, const int height,
                     const int width, const int tilesHigh, const int tilesWide, const int firstRow, const int top,
                     const int left) {
  const int stripRow = get_global_id(0), block = get_global_id(1), blocks = get_global_size(1);
  const int image = (firstRow + stripRow) / tilesHigh, tileRow = (firstRow + stripRow) % tilesHigh;
  const size_t place = (size_t)blocks * get_global_size(0) * tilesWide * ${blockSize};
  const int y = tileRow * 4 - top;
  input += ((size_t)image * blocks + block) * height * width * ${blockSize};
  transformed += ((size_t)block * get_global_size(0) + stripRow) * tilesWide * ${blockSize};
  float columns[${36 * width}] __attribute__((aligned(64))), patch[${36 * width}] __attribute__((aligned(64)));
  for (int tile = 0; tile < tilesWide; tile++, transformed += ${blockSize})
    for (int part = 0; part < ${blockSize}; part += ${width}) {
      const int x = tile * 4 - left;
      __global const float *source = input + (y * width + x) * ${blockSize} + part;
      if (y >= 0 && y + 6 <= height && x >= 0 && x + 6 <= width) {
        ${tile((y, x) => `source + (${y} * width + ${x}) * ${blockSize}`)}
      } else {
        for (int row = 0; row < 6; row++)
          for (int column = 0; column < 6; column++) {
            ${type} pixel = (${type})(0.0f);
            if (y + row >= 0 && y + row < height && x + column >= 0 && x + column < width)
              pixel = ${load(width, `source + (row * width + column) * ${blockSize}`)};
            ${store(width, "pixel", `patch + (row * 6 + column) * ${width}`)}
          }
        ${tile((y, x) => `patch + ${(y * 6 + x) * width}`)}
      }
      ${lines(
        6,
        (y) => `{
        ${lines(6, (x) => `const ${type} in${x} = ${load(width, `columns + ${(y * 6 + x) * width}`)};`)}
        ${transformInput(type)}
        ${lines(6, (x) => store(width, `out${x}`, `transformed + ${y * 6 + x} * place + part`))}
      }`,
      )}
    }
}`,
    buffers: ["input", "transformed"],
    integers: [...size, Math.ceil(outputSize[0] / 4), tilesWide, row, ...pads],
    global: [rows, blocksOf(channels)],
    local: [1, 1],
  }
}

/** From [36][block][tile of the strip][16] to images. Buffers: products, weights, output. */
export function outputTransform(
  device: KernelDevice,
  { outputChannels, outputSize }: ConvolutionShape,
  { row, rows, tilesWide, biasFrom, epilogue }: Strip & { readonly biasFrom: number; readonly epilogue: Epilogue },
): KernelCall {
  const width = device.vectorWidth
  const type = vectorType(width)
  return {
    source: `
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict products, __global const float *restrict weights,
                     __global float *restrict output, const int height, const int width, const int tilesHigh,
                     const int tilesWide, const int firstRow, const int biasFrom${epilogue.parameters}) {
  const int stripRow = get_global_id(0), block = get_global_id(1), blocks = get_global_size(1);
  const int image = (firstRow + stripRow) / tilesHigh, tileRow = (firstRow + stripRow) % tilesHigh;
  const size_t place = (size_t)blocks * get_global_size(0) * tilesWide * ${blockSize};
  const size_t start = ((size_t)image * blocks + block) * height * width * ${blockSize};
  products += ((size_t)block * get_global_size(0) + stripRow) * tilesWide * ${blockSize};
  float columns[${24 * width}] __attribute__((aligned(64)));
  for (int tile = 0; tile < tilesWide; tile++, products += ${blockSize})
    for (int part = 0; part < ${blockSize}; part += ${width}) {
      ${lines(
        6,
        (x) => `{
        ${lines(6, (y) => `const ${type} in${y} = ${load(width, `products + ${y * 6 + x} * place + part`)};`)}
        ${transformOutput(type)}
        ${lines(4, (y) => store(width, `out${y}`, `columns + ${(y * 6 + x) * width}`))}
      }`,
      )}
      const int channel = block * ${blockSize} + part;
      const ${type} bias = ${load(width, "weights + biasFrom + channel")};
      for (int row = 0; row < min(4, height - tileRow * 4); row++) {
        ${lines(6, (x) => `const ${type} in${x} = ${load(width, `columns + row * ${6 * width} + ${x * width}`)};`)}
        ${transformOutput(type)}
        const size_t element = start + ((tileRow * 4 + row) * width + tile * 4) * ${blockSize} + part;
        ${lines(
          4,
          (x) => `
        if (tile * 4 + ${x} < width) {
          out${x} += bias;
          ${epilogue.apply(`out${x}`, { channel: "channel", element: `(element + ${x * blockSize})`, width })}
          ${store(width, `out${x}`, `output + element + ${x * blockSize}`)}
        }`,
        )}
      }
    }
}`,
    buffers: ["products", "weights", "output"],
    integers: [...outputSize, Math.ceil(outputSize[0] / 4), tilesWide, row, biasFrom],
    global: [rows, blocksOf(outputChannels)],
    local: [1, 1],
  }
}

/** From in0 to in5 to out0 to out5. */
const transformInput = (type: string): string => `
          const ${type} even = in4 - 4.0f * in2, odd = in3 - 4.0f * in1;
          const ${type} even2 = in4 - in2, odd2 = 2.0f * (in3 - in1);
          const ${type} out0 = 4.0f * in0 - 5.0f * in2 + in4, out1 = even + odd, out2 = even - odd;
          const ${type} out3 = even2 + odd2, out4 = even2 - odd2, out5 = 4.0f * in1 - 5.0f * in3 + in5;`

/** From in0 to in5 to out0 to out3. */
const transformOutput = (type: string): string => `
        const ${type} plus = in1 + in2, minus = in1 - in2, plus2 = in3 + in4, minus2 = in3 - in4;
        ${type} out0 = in0 + plus + plus2, out1 = minus + 2.0f * minus2;
        ${type} out2 = plus + 4.0f * plus2, out3 = minus + 8.0f * minus2 + in5;`
