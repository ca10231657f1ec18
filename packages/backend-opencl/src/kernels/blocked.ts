import type { Epilogue, KernelCall } from "./kernel-call.js"
import { blockSize, blocksOf } from "./layout.js"

/** Pixels of one block that a work-item computes. */
const pixelsOfItem = 256

/** What an epilogue makes of nothing but its own operands, in the blocked layout. Buffers: output. */
export function blockedElementwise(batch: number, channels: number, pixels: number, epilogue: Epilogue): KernelCall {
  return {
    source: `
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global float *restrict output, const int pixels, const int blocks,
                     const int channels${epilogue.parameters}) {
  const int from = get_global_id(0) * ${pixelsOfItem}, to = min(from + ${pixelsOfItem}, pixels);
  const int plane = get_global_id(1), image = plane / blocks, channel = plane % blocks * ${blockSize};
  for (int pixel = from; pixel < to; pixel++) {
    const size_t element = ((size_t)plane * pixels + pixel) * ${blockSize};
    float16 value;
    ${epilogue.apply("value", {
      lanes: "channels",
      channel: "channel",
      element: "element",
      width: blockSize,
      ofImage: {
        pixel: "pixel",
        imagePixel: "(size_t)image * pixels + pixel",
        imageChannel: "(size_t)image * channels + channel",
      },
    })}
    vstore16(value, 0, output + element);
  }
}`,
    buffers: ["output"],
    integers: [pixels, blocksOf(channels), channels],
    global: [Math.ceil(pixels / pixelsOfItem), batch * blocksOf(channels)],
    local: [1, 1],
  }
}

/** Copies images of `channels` to where channel `begin` is of images of more. Buffers: input, output. */
export function copyChannels({
  batch,
  channels,
  begin,
  of,
  pixels,
}: {
  readonly batch: number
  readonly channels: number
  readonly begin: number
  readonly of: number
  readonly pixels: number
}): KernelCall {
  const [blocks, outputBlocks] = [blocksOf(channels), blocksOf(of)]
  const isWhole = begin % blockSize === 0 && (channels % blockSize === 0 || begin + channels === of)
  const body = isWhole
    ? "vstore16(vload16(0, input + pixel * 16), 0, output + pixel * 16);"
    : `for (int lane = 0; lane < count; lane++) {
      const int to = shift + lane;
      output[(to / 16 * pixels + pixel) * 16 + to % 16] = input[pixel * 16 + lane];
    }`
  return {
    source: `
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict input, __global float *restrict output, const int channels,
                     const int begin, const int pixels, const int blocks, const int outputBlocks) {
  const int from = get_global_id(0) * ${pixelsOfItem}, last = min(from + ${pixelsOfItem}, pixels);
  const int block = (int)get_global_id(1) % blocks, image = (int)get_global_id(1) / blocks;
  const int count = min(16, channels - block * 16), shift = begin % 16;
  input += ((size_t)image * blocks + block) * pixels * 16;
  output += ((size_t)image * outputBlocks + begin / 16 + block) * pixels * 16;
  for (int pixel = from; pixel < last; pixel++) {
    ${body}
  }
}`,
    buffers: ["input", "output"],
    integers: [channels, begin, pixels, blocks, outputBlocks],
    global: [Math.ceil(pixels / pixelsOfItem), batch * blocks],
    local: [1, 1],
  }
}

/** Channels of one image in another order. Buffers: input, order (which channel each is), output. */
export function orderChannels(channels: number, pixels: number): KernelCall {
  return {
    source: `
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict input, __global const int *restrict order,
                     __global float *restrict output, const int channels, const int pixels) {
  const int from = get_global_id(0) * ${pixelsOfItem}, last = min(from + ${pixelsOfItem}, pixels);
  const int block = get_global_id(1);
  const int count = min(16, channels - block * 16);
  int places[16];
  for (int lane = 0; lane < 16; lane++) {
    const int channel = order[block * 16 + min(lane, count - 1)];
    places[lane] = channel / 16 * pixels * 16 + channel % 16;
  }
  output += (size_t)block * pixels * 16;
  for (int pixel = from; pixel < last; pixel++)
    for (int lane = 0; lane < 16; lane++) output[pixel * 16 + lane] = input[places[lane] + pixel * 16];
}`,
    buffers: ["input", "order", "output"],
    integers: [channels, pixels],
    global: [Math.ceil(pixels / pixelsOfItem), blocksOf(channels)],
    local: [1, 1],
  }
}
