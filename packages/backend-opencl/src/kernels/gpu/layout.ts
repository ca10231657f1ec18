import type { FlatImages } from "../device-kernels.js"
import type { KernelCall } from "../kernel-call.js"
import { blockSize, blocksOf } from "../layout.js"

/** Pixels that a group turns over: as many as a block has channels. */
const side = blockSize

/** A square of local memory, with a column more: neither rows nor columns lie in one bank of it. */
const square = `__local float square[${side}][${side + 1}];
  const int x = get_local_id(0), y = get_local_id(1), pixel = get_group_id(0) * ${side};
  const int block = get_group_id(1) % blocks, image = get_group_id(1) / blocks;`

const source = (body: string): string => `
__attribute__((reqd_work_group_size(${side}, ${side}, 1)))
__kernel void KERNEL(__global const float *restrict input, __global float *restrict output, const int channels,
                     const int pixels, const int blocks) {
  ${square}
  const int channel = block * ${blockSize} + y;
  const size_t plain = ((size_t)image * channels + channel) * pixels + pixel + x;
  const size_t blocked = (((size_t)image * blocks + block) * pixels + pixel + y) * ${blockSize} + x;
  ${body}
}
`

const call = ({ batch, channels, pixels }: FlatImages, body: string): KernelCall => ({
  source: source(body),
  buffers: ["input", "output"],
  integers: [channels, pixels, blocksOf(channels)],
  global: [Math.ceil(pixels / side) * side, batch * blocksOf(channels) * side],
  local: [side, side],
})

/** From [batch][channels][pixels] to the blocked layout. Buffers: input, output. */
export const toBlocked = (images: FlatImages): KernelCall =>
  call(
    images,
    `square[y][x] = channel < channels && pixel + x < pixels ? input[plain] : 0.0f;
  barrier(CLK_LOCAL_MEM_FENCE);
  if (pixel + y < pixels) output[blocked] = square[x][y];`,
  )

/** From the blocked layout to [batch][channels][pixels]. Buffers: input, output. */
export const toPlain = (images: FlatImages): KernelCall =>
  call(
    images,
    `square[x][y] = pixel + y < pixels ? input[blocked] : 0.0f;
  barrier(CLK_LOCAL_MEM_FENCE);
  if (channel < channels && pixel + x < pixels) output[plain] = square[y][x];`,
  )
