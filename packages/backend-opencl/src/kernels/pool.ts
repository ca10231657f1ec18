import type { ConvolutionShape } from "./convolution.js"
import type { Epilogue, KernelCall } from "./kernel-call.js"
import type { KernelDevice } from "./kernel-device.js"
import { blockSize, blocksOf } from "./layout.js"
import { shareRows } from "./share-rows.js"
import { load, store, vectorFunctions, vectorType } from "./vector-text.js"

/** A convolution's shape, as far as pooling has one. */
export type PoolShape = Omit<ConvolutionShape, "outputChannels" | "groups" | "depth">

/**
 * The largest, or the mean, of each window, in the blocked layout. Buffers: input, output.
 *
 * @param kind `meanWithPadding` divides by the window's whole size, `mean` by what of it lies inside the image
 */
export function pool(
  device: KernelDevice,
  { batch, channels, size, outputSize, kernel, strides, dilations, pads }: PoolShape,
  { kind, epilogue }: { kind: "largest" | "mean" | "meanWithPadding"; epilogue: Epilogue },
): KernelCall {
  const width = device.vectorWidth
  const type = vectorType(width)
  const blocks = blocksOf(channels)
  const rowsOfItem = shareRows(device, outputSize[0], batch * blocks)
  const isLargest = kind === "largest"
  const divisor = kind === "mean" ? "(rows * columns)" : `${kernel[0] * kernel[1]}`
  return {
    source: `${vectorFunctions(width)}
// How often a window's step fits in from \`origin\` on before \`end\`.
static int KERNEL_steps(const int origin, const int end, const int step, const int most) {
  return min(most, (end - origin + step - 1) / step);
}

__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict input, __global float *restrict output, const int height,
                     const int width, const int outputHeight, const int outputWidth, const int rowsOfItem,
                     const int blocks, const int top, const int left${epilogue.parameters}) {
  const int firstRow = get_global_id(0) * rowsOfItem, image = get_global_id(1), block = image % blocks;
  const int endRow = min(firstRow + rowsOfItem, outputHeight);
  input += (size_t)image * height * width * ${blockSize};
  for (int y = firstRow; y < endRow; y++) {
    int row = y * ${strides[0]} - top;
    const int skippedRows = row < 0 ? KERNEL_steps(row, 0, ${dilations[0]}, ${kernel[0]}) : 0;
    const int rows = KERNEL_steps(row, height, ${dilations[0]}, ${kernel[0]}) - skippedRows;
    row += skippedRows * ${dilations[0]};
    for (int x = 0; x < outputWidth; x++) {
      int column = x * ${strides[1]} - left;
      const int skippedColumns = column < 0 ? KERNEL_steps(column, 0, ${dilations[1]}, ${kernel[1]}) : 0;
      const int columns = KERNEL_steps(column, width, ${dilations[1]}, ${kernel[1]}) - skippedColumns;
      column += skippedColumns * ${dilations[1]};
      for (int part = 0; part < ${blockSize}; part += ${width}) {
        ${type} value = (${type})(${isLargest ? "-INFINITY" : "0.0f"});
        for (int kernelRow = 0; kernelRow < rows; kernelRow++) {
          __global const float *source =
              input + ((row + kernelRow * ${dilations[0]}) * width + column) * ${blockSize} + part;
          for (int kernelColumn = 0; kernelColumn < columns; kernelColumn++) {
            const ${type} pixel = ${load(width, `source + kernelColumn * ${dilations[1] * blockSize}`)};
            value = ${isLargest ? "pixel > value || pixel != pixel ? pixel : value" : "value + pixel"};
          }
        }
        ${isLargest ? "" : `value = value / (float)${divisor};`}
        const size_t place = (((size_t)image * outputHeight + y) * outputWidth + x) * ${blockSize} + part;
        ${epilogue.apply("value", { lanes: "channels", channel: `(block * ${blockSize} + part)`, element: "place", width })}
        ${store(width, "value", "output + place")}
      }
    }
  }
}`,
    buffers: ["input", "output"],
    integers: [...size, ...outputSize, rowsOfItem, blocks, ...pads],
    global: [Math.ceil(outputSize[0] / rowsOfItem), batch * blocks],
    local: [1, 1],
  }
}

/** The mean of each channel of an image, in the blocked layout. Buffers: input, output. */
export function globalMean(
  device: KernelDevice,
  { batch, channels, pixels }: { batch: number; channels: number; pixels: number },
  epilogue: Epilogue,
): KernelCall {
  const width = device.vectorWidth
  const type = vectorType(width)
  const blocks = blocksOf(channels)
  return {
    source: `${vectorFunctions(width)}
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict input, __global float *restrict output, const int pixels,
                     const int blocks${epilogue.parameters}) {
  const int image = get_global_id(0), block = image % blocks;
  for (int part = 0; part < ${blockSize}; part += ${width}) {
    __global const float *source = input + (size_t)image * pixels * ${blockSize} + part;
    // Four sums: an addition needn't wait for the one before it.
    ${type} sum0 = (${type})(0.0f), sum1 = sum0, sum2 = sum0, sum3 = sum0;
    int pixel = 0;
    for (; pixel + 4 <= pixels; pixel += 4, source += ${4 * blockSize}) {
      sum0 += ${load(width, "source")};
      sum1 += ${load(width, `source + ${blockSize}`)};
      sum2 += ${load(width, `source + ${2 * blockSize}`)};
      sum3 += ${load(width, `source + ${3 * blockSize}`)};
    }
    for (; pixel < pixels; pixel++, source += ${blockSize}) sum0 += ${load(width, "source")};
    ${type} value = ((sum0 + sum1) + (sum2 + sum3)) / (float)pixels;
    const size_t place = (size_t)image * ${blockSize} + part;
    ${epilogue.apply("value", { lanes: "channels", channel: `(block * ${blockSize} + part)`, element: "place", width })}
    ${store(width, "value", "output + place")}
  }
}`,
    buffers: ["input", "output"],
    integers: [pixels, blocks],
    global: [batch * blocks],
    local: [1],
  }
}
