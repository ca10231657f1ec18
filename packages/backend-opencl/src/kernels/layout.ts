import type { KernelCall } from "./kernel-call.js"

/**
 * The blocked layout of images, [batch][ceil(channels / 16)][height][width][16]: vectors of channels lie together. Lanes
 * above the last channel hold anything, and nothing depends on them.
 */
export const blockSize = 16

export const blocksOf = (channels: number): number => Math.ceil(channels / blockSize)

/** What a tensor of images takes in the blocked layout. */
export const blockedByteLength = (batch: number, channels: number, height: number, width: number): number =>
  batch * blocksOf(channels) * height * width * blockSize * 4

/** From [batch][channels][pixels] to the blocked layout. Buffers: input, output. */
export function toBlocked(batch: number, channels: number, pixels: number): KernelCall {
  return {
    source: `
__kernel void KERNEL(__global const float *restrict input, __global float *restrict output,
                     const int channels, const int pixels) {
  const int from = get_global_id(0) * 16, block = get_global_id(1), blocks = get_global_size(1);
  const int count = min(16, channels - block * 16), to = min(from + 16, pixels);
  input += ((size_t)get_global_id(2) * channels + block * 16) * pixels;
  output += ((size_t)get_global_id(2) * blocks + block) * pixels * 16;
  for (int pixel = from; pixel < to; pixel++) {
    for (int lane = 0; lane < count; lane++) output[pixel * 16 + lane] = input[(size_t)lane * pixels + pixel];
    for (int lane = count; lane < 16; lane++) output[pixel * 16 + lane] = 0.0f;
  }
}`,
    buffers: ["input", "output"],
    integers: [channels, pixels],
    global: [Math.ceil(pixels / 16), blocksOf(channels), batch],
    local: [1, 1, 1],
  }
}

/** From the blocked layout to [batch][channels][pixels]. Buffers: input, output. */
export function toPlain(batch: number, channels: number, pixels: number): KernelCall {
  return {
    source: `
__kernel void KERNEL(__global const float *restrict input, __global float *restrict output,
                     const int channels, const int pixels) {
  const int from = get_global_id(0) * 16, block = get_global_id(1), blocks = get_global_size(1);
  const int count = min(16, channels - block * 16), to = min(from + 16, pixels);
  input += ((size_t)get_global_id(2) * blocks + block) * pixels * 16;
  output += ((size_t)get_global_id(2) * channels + block * 16) * pixels;
  for (int lane = 0; lane < count; lane++)
    for (int pixel = from; pixel < to; pixel++) output[(size_t)lane * pixels + pixel] = input[pixel * 16 + lane];
}`,
    buffers: ["input", "output"],
    integers: [channels, pixels],
    global: [Math.ceil(pixels / 16), blocksOf(channels), batch],
    local: [1, 1, 1],
  }
}
