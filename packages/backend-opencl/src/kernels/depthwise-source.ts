import { type DepthKind, depthParameters, eachSlice } from "./depth.js"
import type { Epilogue } from "./kernel-call.js"
import { blockSize } from "./layout.js"
import { lines, load, store, vectorFunctions, vectorType } from "./vector-text.js"

/** What is compiled into a depthwise convolution. */
export interface DepthwiseKind {
  /** Pixels of a row that are computed at a time. */
  readonly pixels: number
  /** Floats of a vector. */
  readonly width: number
  readonly kernel: readonly [number, number]
  readonly strides: readonly [number, number]
  readonly dilations: readonly [number, number]
  readonly depth: DepthKind | undefined
  /** Columns by which the kernel reaches over an image's edges. */
  readonly left: number
  readonly right: number
  readonly epilogue: Epilogue
}

/**
 * A work-item computes a few rows of 16 channels, tile by tile. Each pixel of the input is loaded once for each row of the
 * kernel, and added to all sums that it has a part in; only those that can lie outside the image are checked. The last
 * tile of a row is moved back to end with the row.
 */
export function depthwiseSource({
  pixels,
  width,
  kernel,
  strides,
  dilations,
  depth,
  left,
  right,
  epilogue,
}: DepthwiseKind): string {
  const type = vectorType(width)
  const area = (depth?.kernel ?? 1) * kernel[0] * kernel[1]
  const segment = (pixels - 1) * strides[1] + (kernel[1] - 1) * dilations[1] + 1
  return `${vectorFunctions(width)}
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict input, __global const float *restrict weights,
                     __global float *restrict output, const int height, const int width, const int outputHeight,
                     const int outputWidth, const int rowsOfItem, const int blocks, const int top${depthParameters(depth)}${epilogue.parameters}) {
  const int firstRow = get_global_id(0) * rowsOfItem, image = get_global_id(1), block = image % blocks;
  const int endRow = min(firstRow + rowsOfItem, ${depth ? "outputDepth * " : ""}outputHeight);
  input += (size_t)image * ${depth ? "deep * " : ""}height * width * ${blockSize};
  weights += block * ${(1 + area) * blockSize};
  for (int outputRow = firstRow; outputRow < endRow; outputRow++)
    for (int tile = 0; tile < outputWidth; tile += ${pixels})
      for (int part = 0; part < ${blockSize}; part += ${width}) {
        const int x = min(tile, outputWidth - ${pixels});
        ${depth ? "const int y = outputRow % outputHeight, z = outputRow / outputHeight;" : "const int y = outputRow;"}
        const int rowOrigin = y * ${strides[0]} - top, columnOrigin = x * ${strides[1]} - ${left};
        ${lines(pixels, (pixel) => `${type} sum${pixel} = ${load(width, "weights + part")};`)}
        ${depth ? eachSlice(depth) : ""}
        for (int kernelRow = 0; kernelRow < ${kernel[0]}; kernelRow++) {
          const int row = rowOrigin + kernelRow * ${dilations[0]};
          if (row < 0 || row >= height) continue;
          __global const float *source = input + (${depth ? "(slice * height + row)" : "row"} * width + columnOrigin) * ${blockSize} + part;
          __global const float *weight = weights + (1 + ${depth ? `(kernelSlice * ${kernel[0]} + kernelRow)` : "kernelRow"} * ${kernel[1]}) * ${blockSize} + part;
          ${lines(kernel[1], (column) => `const ${type} weight${column} = ${load(width, `weight + ${column * blockSize}`)};`)}
          ${lines(segment, (column) => {
            const uses = usesOf(column)
            if (uses === "") return ""
            const pointer = `source + ${column * blockSize}`
            const checks = [
              ...(column < left ? [`columnOrigin + ${column} >= 0`] : []),
              ...(column >= segment - right ? [`columnOrigin + ${column} < width`] : []),
            ]
            return `${checks.length > 0 ? `if (${checks.join(" && ")})` : ""} {
            const ${type} pixel = ${load(width, pointer)};
            ${uses}
          }`
          })}
        }
        ${depth ? "}" : ""}
        const size_t place = (((size_t)image * outputHeight${depth ? " * outputDepth" : ""} + outputRow) * outputWidth + x) * ${blockSize} + part;
        ${lines(
          pixels,
          (pixel) => `{
          ${epilogue.apply(`sum${pixel}`, { lanes: "channels", channel: `(block * ${blockSize} + part)`, element: `(place + ${pixel * blockSize})`, width })}
          ${store(width, `sum${pixel}`, `output + place + ${pixel * blockSize}`)}
        }`,
        )}
      }
}`

  /** Adds a column of the input to the sums of the output's pixels that it has a part in. */
  function usesOf(column: number): string {
    return lines(kernel[1], (kernelColumn) => {
      const distance = column - kernelColumn * dilations[1]
      const pixel = distance / strides[1]
      const isOne = Number.isInteger(pixel) && pixel >= 0 && pixel < pixels
      return isOne ? `sum${pixel} = fma(pixel, weight${kernelColumn}, sum${pixel});` : ""
    })
  }
}
