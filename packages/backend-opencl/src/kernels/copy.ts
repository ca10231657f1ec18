import type { KernelCall } from "./kernel-call.js"

/** Elements for one work-item, so that it is worth its start. */
const chunk = 4096

/**
 * Copies rows of `width` elements to where they begin in wider rows. Sizes are arguments, so that one kernel does for all
 * of a type. Buffers: input, output.
 *
 * @param stored the type of elements in OpenCL C
 * @param stride from one row's begin to the next, in the output
 */
export function copyRows(stored: string, rows: number, width: number, stride: number, offset: number): KernelCall {
  const rowsAtOnce = Math.max(1, Math.min(rows, Math.floor(chunk / Math.max(1, width))))
  return {
    source: `
__kernel void KERNEL(__global const ${stored} *restrict input, __global ${stored} *restrict output, const int rows,
                     const int rowsAtOnce, const int width, const int stride, const int offset) {
  const int begin = get_global_id(0) * ${chunk}, end = min(begin + ${chunk}, width);
  const int first = get_global_id(1) * rowsAtOnce, last = min(first + rowsAtOnce, rows);
  for (int row = first; row < last; row++)
    for (int x = begin; x < end; x++) output[row * stride + offset + x] = input[row * width + x];
}
`,
    buffers: ["input", "output"],
    integers: [rows, rowsAtOnce, width, stride, offset],
    global: [Math.ceil(width / chunk), Math.ceil(rows / rowsAtOnce)],
    local: [1, 1],
  }
}
