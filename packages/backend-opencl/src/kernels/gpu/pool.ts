import type { FlatImages } from "../device-kernels.js"
import type { Epilogue, KernelCall } from "../kernel-call.js"
import type { KernelDevice } from "../kernel-device.js"
import { blockSize, blocksOf } from "../layout.js"
import type { PoolShape } from "../pool.js"
import { itemCall } from "./item-launch.js"
import { findPixel, pixelSizes, storePixel } from "./pixel-item.js"

/**
 * The largest, or the mean, of each window, in the blocked layout. Buffers: input, output.
 *
 * @param kind `meanWithPadding` divides by the window's whole size, `mean` by what of it lies inside the image
 */
export function pool(
  device: KernelDevice,
  shape: PoolShape,
  { kind, epilogue }: { kind: "largest" | "mean" | "meanWithPadding"; epilogue: Epilogue },
): KernelCall {
  const { batch, channels, outputSize, kernel, strides, dilations } = shape
  const isLargest = kind === "largest"
  const divisor = kind === "mean" ? "count" : `${kernel[0] * kernel[1]}`
  return itemCall(device, {
    items: (batch * blocksOf(channels) * outputSize[0] * outputSize[1] * blockSize) / 4,
    buffers: { input: "const float", output: "float" },
    sizes: pixelSizes(shape),
    epilogue,
    body: `${findPixel}
  input += (size_t)plane * height * width * ${blockSize} + lane;
  float4 value = (float4)(${isLargest ? "-INFINITY" : "0.0f"});
  ${kind === "mean" ? "int count = 0;" : ""}
  for (int kernelRow = 0; kernelRow < ${kernel[0]}; kernelRow++) {
    const int row = y * ${strides[0]} - top + kernelRow * ${dilations[0]};
    if (row < 0 || row >= height) continue;
    for (int kernelColumn = 0; kernelColumn < ${kernel[1]}; kernelColumn++) {
      const int column = x * ${strides[1]} - left + kernelColumn * ${dilations[1]};
      if (column < 0 || column >= width) continue;
      const float4 one = *(__global const float4 *)(input + (row * width + column) * ${blockSize});
      value = ${isLargest ? "one > value || one != one ? one : value" : "value + one"};
      ${kind === "mean" ? "count++;" : ""}
    }
  }
  ${isLargest ? "" : `value = value / (float)${divisor};`}
  ${storePixel(epilogue)}`,
  })
}

/** Pixels that a group adds up side by side. */
const pixelsAtOnce = 16

/** The mean of each channel of an image, in the blocked layout: a group for a block. Buffers: input, output. */
export function globalMean({ batch, channels, pixels }: FlatImages, epilogue: Epilogue): KernelCall {
  const blocks = blocksOf(channels)
  const items = (pixelsAtOnce * blockSize) / 4
  return {
    source: `
__attribute__((reqd_work_group_size(${items}, 1, 1)))
__kernel void KERNEL(__global const float *restrict input, __global float *restrict output, const int pixels,
                     const int blocks${epilogue.parameters}) {
  __local float4 sums[${items}];
  const int item = get_local_id(0), plane = get_group_id(0);
  __global const float4 *source = (__global const float4 *)(input + (size_t)plane * pixels * ${blockSize});
  float4 sum = (float4)(0.0f);
  for (int place = item; place < pixels * ${blockSize / 4}; place += ${items}) sum += source[place];
  sums[item] = sum;
  for (int distance = ${items / 2}; distance >= ${blockSize / 4}; distance /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (item < distance) sums[item] += sums[item + distance];
  }
  if (item < ${blockSize / 4}) {
    float4 value = sums[item] / (float)pixels;
    const int channel = plane % blocks * ${blockSize} + item * 4;
    const size_t element = (size_t)plane * ${blockSize} + item * 4;
    ${epilogue.apply("value", { lanes: "channels", channel: "channel", element: "element", width: 4 })}
    *(__global float4 *)(output + element) = value;
  }
}
`,
    buffers: ["input", "output"],
    integers: [pixels, blocks],
    global: [batch * blocks * items],
    local: [items],
  }
}
