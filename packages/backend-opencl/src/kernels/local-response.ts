import type { KernelCall } from "./kernel-call.js"
import { blockSize, blocksOf } from "./layout.js"

/** Pixels of one block that a work-item computes. */
const pixelsOfItem = 64

/**
 * Local response normalisation in the blocked layout: each element divided by a power of the sum of squares of the
 * channels around it. Buffers: input, output.
 *
 * @param before channels before each that count, at most a block
 * @param alpha of each square
 */
export function localResponseInBlocks(
  { batch, channels, pixels }: { readonly batch: number; readonly channels: number; readonly pixels: number },
  response: {
    readonly before: number
    readonly after: number
    readonly alpha: number
    readonly beta: number
    readonly bias: number
  },
): KernelCall {
  const { before, after, alpha, beta, bias } = response
  const square = (block: string) => `KERNEL_squares(input, ${block}, blocks, channels, (int)pixels, pixel)`
  return {
    source: `
// Zeros where there are no channels.
static float16 KERNEL_squares(__global const float *input, const int block, const int blocks, const int channels,
                              const int pixels, const int pixel) {
  if (block < 0 || block >= blocks) return (float16)(0.0f);
  const float16 value = vload16(0, input + ((size_t)block * pixels + pixel) * 16);
  const int16 lane = (int16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) + block * 16;
  return lane < channels ? value * value : (float16)(0.0f);
}

__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict input, __global float *restrict output, const int channels,
                     const int pixels, const int blocks) {
  const int from = get_global_id(0) * ${pixelsOfItem}, last = min(from + ${pixelsOfItem}, pixels);
  const int block = (int)get_global_id(1) % blocks;
  const size_t image = (size_t)((int)get_global_id(1) / blocks) * blocks * pixels * 16;
  input += image;
  output += image + (size_t)block * pixels * 16;
  float squares[48];
  for (int pixel = from; pixel < last; pixel++) {
    vstore16(${square("block - 1")}, 0, squares);
    vstore16(${square("block")}, 0, squares + 16);
    vstore16(${square("block + 1")}, 0, squares + 32);
    float16 sum = (float16)(0.0f);
    for (int k = ${blockSize - before}; k <= ${blockSize + after}; k++) sum += vload16(0, squares + k);
    const float16 base = ${float(bias)} + ${float(alpha)} * sum;
    const float16 value = vload16(0, input + ((size_t)block * pixels + pixel) * 16);
    vstore16(value * exp(${float(-beta)} * log(base)), 0, output + (size_t)pixel * 16);
  }
}`,
    buffers: ["input", "output"],
    integers: [channels, pixels, blocksOf(channels)],
    global: [Math.ceil(pixels / pixelsOfItem), batch * blocksOf(channels)],
    local: [1, 1],
  }
}

const float = (value: number) => `(${value.toExponential()}f)`
