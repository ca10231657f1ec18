import type { KernelCall } from "./kernel-call.js"
import { blocksOf } from "./layout.js"

interface Images {
  readonly batch: number
  readonly channels: number
  /** Of the result: height and width. */
  readonly outputSize: readonly [number, number]
  readonly size: readonly [number, number]
}

/**
 * Each pixel is one of the input's, in the blocked layout. Buffers: input; which row each row is, and which column each
 * column, as `input1` and `input2`, without those that stay; output.
 */
export function pickPixelsInBlocks(images: Images, { rows, columns }: { rows: boolean; columns: boolean }): KernelCall {
  const tables = [...(rows ? ["rows"] : []), ...(columns ? ["columns"] : [])]
  return {
    source: `
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict input,
                     ${tables.map((name) => `__global const int *restrict ${name}, `).join("")}
                     __global float *restrict output, const int height, const int width, const int outputHeight,
                     const int outputWidth) {
  const int y = get_global_id(0);
  const int row = ${rows ? "rows[y]" : "y"};
  input += ((size_t)get_global_id(1) * height + row) * width * 16;
  output += ((size_t)get_global_id(1) * outputHeight + y) * outputWidth * 16;
  for (int x = 0; x < outputWidth; x++)
    vstore16(vload16(0, input + (size_t)${columns ? "columns[x]" : "x"} * 16), 0, output + (size_t)x * 16);
}`,
    ...launch(images, tables.length),
  }
}

/**
 * Each pixel is a sum of a few of the input's along one axis, in the blocked layout. Buffers: input; where each sum begins,
 * and its factors, as `input1` and `input2`; output.
 *
 * @param taps of each sum
 */
export function interpolateInBlocks(images: Images, axis: "rows" | "columns", taps: number): KernelCall {
  const isRows = axis === "rows"
  const last = isRows ? "height - 1" : "width - 1"
  return {
    source: `
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict input, __global const int *restrict firsts,
                     __global const float *restrict factors, __global float *restrict output, const int height,
                     const int width, const int outputHeight, const int outputWidth) {
  const int y = get_global_id(0);
  input += (size_t)get_global_id(1) * height * width * 16;
  output += ((size_t)get_global_id(1) * outputHeight + y) * outputWidth * 16;
  for (int x = 0; x < outputWidth; x++) {
    const int at = ${isRows ? "y" : "x"};
    float16 sum = (float16)(0.0f);
    for (int k = 0; k < ${taps}; k++) {
      const int from = clamp(firsts[at] + k, 0, ${last});
      const size_t place = ${isRows ? "(size_t)from * width + x" : "(size_t)y * width + from"};
      sum += factors[at * ${taps} + k] * vload16(0, input + place * 16);
    }
    vstore16(sum, 0, output + (size_t)x * 16);
  }
}`,
    ...launch(images, 2),
  }
}

/**
 * Each pixel is one of the input's, to which a margin is added or from which one is cut off, in the blocked layout. Buffers:
 * input, output.
 *
 * @param before rows and columns that are added first, or cut off where they are negative
 * @param source an expression for the index of an axis of `length` that lies at `at`, of functions in `helpers`
 */
export function padInBlocks(
  images: Images,
  before: readonly [number, number],
  source: (at: string, length: string) => string,
  helpers: string,
): KernelCall {
  const launched = launch(images, 0)
  return {
    source: `${helpers}
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict input, __global float *restrict output, const int height,
                     const int width, const int outputHeight, const int outputWidth, const int top, const int left) {
  const int y = get_global_id(0), above = y - top;
  const int row = ${source("above", "height")};
  input += ((size_t)get_global_id(1) * height + row) * width * 16;
  output += ((size_t)get_global_id(1) * outputHeight + y) * outputWidth * 16;
  for (int x = 0; x < outputWidth; x++) {
    const int before = x - left;
    const int column = ${source("before", "width")};
    vstore16(vload16(0, input + (size_t)column * 16), 0, output + (size_t)x * 16);
  }
}`,
    ...launched,
    integers: [...launched.integers, ...before],
  }
}

function launch({ batch, channels, size, outputSize }: Images, tables: number): Omit<KernelCall, "source"> {
  return {
    buffers: ["input", ...Array.from({ length: tables }, (_, index) => `input${index + 1}`), "output"],
    integers: [...size, ...outputSize],
    global: [outputSize[0], batch * blocksOf(channels)],
    local: [1, 1],
  }
}
