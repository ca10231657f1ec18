import { literal } from "../codegen/expression-code.js"
import type { KernelCall } from "./kernel-call.js"
import { blocksOf } from "./layout.js"

/**
 * Each channel of each image to a mean of 0 and a variance of 1, times a factor and plus a summand of the channel, in the
 * blocked layout. Buffers: input, factors and summands as `input1` and `input2`, output.
 */
export function instanceNormInBlocks(
  { batch, channels, pixels }: { readonly batch: number; readonly channels: number; readonly pixels: number },
  epsilon: number,
): KernelCall {
  return {
    source: `
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict input, __global const float *restrict factors,
                     __global const float *restrict summands, __global float *restrict output, const int pixels,
                     const int blocks) {
  const int plane = get_global_id(0), channel = plane % blocks * 16;
  input += (size_t)plane * pixels * 16;
  output += (size_t)plane * pixels * 16;
  // Two sums: an addition needn't wait for the one before it.
  float16 sum0 = (float16)(0.0f), sum1 = sum0;
  int pixel = 0;
  for (; pixel + 2 <= pixels; pixel += 2) {
    sum0 += vload16(pixel, input);
    sum1 += vload16(pixel + 1, input);
  }
  if (pixel < pixels) sum0 += vload16(pixel, input);
  const float16 mean = (sum0 + sum1) / (float)pixels;
  float16 squares0 = (float16)(0.0f), squares1 = squares0;
  for (pixel = 0; pixel + 2 <= pixels; pixel += 2) {
    const float16 first = vload16(pixel, input) - mean, second = vload16(pixel + 1, input) - mean;
    squares0 += first * first;
    squares1 += second * second;
  }
  if (pixel < pixels) {
    const float16 last = vload16(pixel, input) - mean;
    squares0 += last * last;
  }
  const float16 deviation = sqrt((squares0 + squares1) / (float)pixels + ${literal("float32", epsilon)});
  const float16 factor = vload16(0, factors + channel) / deviation, summand = vload16(0, summands + channel);
  for (pixel = 0; pixel < pixels; pixel++)
    vstore16((vload16(pixel, input) - mean) * factor + summand, pixel, output);
}`,
    buffers: ["input", "input1", "input2", "output"],
    integers: [pixels, blocksOf(channels)],
    global: [batch * blocksOf(channels)],
    local: [1],
  }
}
