import type { Epilogue } from "./kernel-call.js"
import { blockSize } from "./layout.js"
import { lines, load, store, vectorType } from "./vector-text.js"

/** Private memory of the texts below. */
export const tileMemory = (width: number): string => `
  float columns[${36 * width}] __attribute__((aligned(64)));
  float patch[${36 * blockSize}] __attribute__((aligned(64)));`

/**
 * Transforms a tile of the input. The text refers to \`plane\`, where a block of an image begins, \`height\` and \`width\`;
 * to \`y\` and \`x\`, where the tile begins, which may be outside; and to \`part\`, the first of the lanes.
 *
 * @param target an expression for where one of the 36 results belongs
 */
export function transformInputTile(width: number, target: (place: number) => string): string {
  const type = vectorType(width)
  return `{
    __global const float *inside = plane + (y * width + x) * ${blockSize} + part;
    // All of a CPU's memory has addresses of one kind, which OpenCL C 1.2 has no words for.
    const float *source = (const float *)(size_t)inside;
    int sourceRow = width * ${blockSize};
    if (y < 0 || y + 6 > height || x < 0 || x + 6 > width) {
      for (int row = 0; row < 6; row++)
        for (int column = 0; column < 6; column++) {
          ${type} pixel = (${type})(0.0f);
          if (y + row >= 0 && y + row < height && x + column >= 0 && x + column < width)
            pixel = ${load(width, `inside + (row * width + column) * ${blockSize}`)};
          ${store(width, "pixel", `patch + (row * 6 + column) * ${blockSize}`)}
        }
      source = patch;
      sourceRow = ${6 * blockSize};
    }
    for (int column = 0; column < 6; column++) {
      ${lines(6, (row) => `const ${type} in${row} = ${load(width, `source + ${row} * sourceRow + column * ${blockSize}`)};`)}
      ${transformInput(type)}
      ${lines(6, (row) => store(width, `out${row}`, `columns + (${row * 6} + column) * ${width}`))}
    }
    ${lines(
      6,
      (row) => `{
      ${lines(6, (column) => `const ${type} in${column} = ${load(width, `columns + ${(row * 6 + column) * width}`)};`)}
      ${transformInput(type)}
      ${lines(6, (column) => store(width, `out${column}`, target(row * 6 + column)))}
    }`,
    )}
  }`
}

/**
 * Transforms 36 sums back to 4x4 results, adds the bias, and stores those that are inside the image. The text refers to
 * \`start\`, where a block of the output begins, \`height\` and \`width\`; to \`y\` and \`x\`, where the tile begins; to
 * \`part\`, the first of the lanes, \`channel\`, the first channel, and \`bias\`, a vector.
 *
 * @param source an expression for where one of the 36 sums is
 */
export function transformOutputTile(width: number, source: (place: number) => string, epilogue: Epilogue): string {
  const type = vectorType(width)
  return `{
    ${lines(
      6,
      (column) => `{
      ${lines(6, (row) => `const ${type} in${row} = ${load(width, source(row * 6 + column))};`)}
      ${transformOutput(type)}
      ${lines(4, (row) => store(width, `out${row}`, `columns + ${(row * 6 + column) * width}`))}
    }`,
    )}
    for (int row = 0; row < min(4, height - y); row++) {
      ${lines(6, (column) => `const ${type} in${column} = ${load(width, `columns + (row * 6 + ${column}) * ${width}`)};`)}
      ${transformOutput(type)}
      const size_t element = start + ((y + row) * width + x) * ${blockSize} + part;
      ${lines(
        4,
        (column) => `
      if (x + ${column} < width) {
        out${column} += bias;
        ${epilogue.apply(`out${column}`, { lanes: "channels", channel: "channel", element: `(element + ${column * blockSize})`, width })}
        ${store(width, `out${column}`, `output + element + ${column * blockSize}`)}
      }`,
      )}
    }
  }`
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
