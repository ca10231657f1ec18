import type { FlatImages } from "../device-kernels.js"
import type { Epilogue, KernelCall } from "../kernel-call.js"
import type { KernelDevice } from "../kernel-device.js"
import { blockSize, blocksOf } from "../layout.js"
import { itemCall } from "./item-launch.js"

/** Kernels that move images, of which an item has four channels of a pixel, and its neighbour the next four. */

const vectors = blockSize / 4

/** What an epilogue makes of nothing but its own operands, in the blocked layout. Buffers: output. */
export function blockedElementwise(
  device: KernelDevice,
  { batch, channels, pixels }: FlatImages,
  epilogue: Epilogue,
): KernelCall {
  return itemCall(device, {
    items: batch * blocksOf(channels) * pixels * vectors,
    buffers: { output: "float" },
    sizes: { pixels, blocks: blocksOf(channels) },
    epilogue,
    body: `const int channel = item / ${vectors} / pixels % blocks * ${blockSize} + item % ${vectors} * 4;
  const size_t element = (size_t)item * 4;
  float4 value;
  ${epilogue.apply("value", { lanes: "channels", channel: "channel", element: "element", width: 4 })}
  *(__global float4 *)(output + element) = value;`,
  })
}

/** Copies images of `channels` to where channel `begin` is of images of more. Buffers: input, output. */
export function copyChannels(
  device: KernelDevice,
  { batch, channels, begin, of, pixels }: FlatImages & { begin: number; of: number },
): KernelCall {
  const [blocks, outputBlocks] = [blocksOf(channels), blocksOf(of)]
  const isWhole = begin % blockSize === 0 && (channels % blockSize === 0 || begin + channels === of)
  const lanes = isWhole ? vectors : blockSize
  return itemCall(device, {
    items: batch * blocks * pixels * lanes,
    buffers: { input: "const float", output: "float" },
    sizes: { channels, begin, pixels, blocks, outputBlocks },
    body: `const int lane = item % ${lanes}, place = item / ${lanes}, pixel = place % pixels, plane = place / pixels;
  const int block = plane % blocks, image = plane / blocks;
  ${
    isWhole
      ? `const size_t to = ((size_t)image * outputBlocks + begin / ${blockSize} + block) * pixels + pixel;
  ((__global float4 *)output)[to * ${vectors} + lane] = ((__global const float4 *)input)[item];`
      : `const int channel = begin + block * ${blockSize} + lane;
  if (channel >= begin + channels) return;
  output[(((size_t)image * outputBlocks + channel / ${blockSize}) * pixels + pixel) * ${blockSize} + channel % ${blockSize}] =
      input[item];`
  }`,
  })
}

/** Channels of one image in another order. Buffers: input, order (which channel each is), output. */
export function orderChannels(device: KernelDevice, channels: number, pixels: number): KernelCall {
  return itemCall(device, {
    items: blocksOf(channels) * pixels * blockSize,
    buffers: { input: "const float", order: "const int", output: "float" },
    sizes: { channels, pixels },
    body: `const int lane = item % ${blockSize}, pixel = item / ${blockSize} % pixels, block = item / ${blockSize} / pixels;
  const int channel = order[min(block * ${blockSize} + lane, channels - 1)];
  output[item] = input[((size_t)(channel / ${blockSize}) * pixels + pixel) * ${blockSize} + channel % ${blockSize}];`,
  })
}
