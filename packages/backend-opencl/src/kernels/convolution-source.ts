import { type DepthKind, depthParameters, eachSlice } from "./depth.js"
import type { Epilogue } from "./kernel-call.js"
import { blockSize } from "./layout.js"
import { columnsOf, declareSums, multiplyAdd, type RegisterTile } from "./register-tile.js"
import { storeBlocks } from "./store-blocks.js"
import { lines, load, prefetch, store, vectorFunctions } from "./vector-text.js"

/** What is compiled into a convolution; sizes are arguments, so that layers share a kernel. */
export interface ConvolutionKind {
  readonly tile: RegisterTile
  /** Channels that lie together in the input: 16, or 1 in the plain layout. */
  readonly lanes: number
  readonly kernel: readonly [number, number]
  readonly strides: readonly [number, number]
  readonly dilations: readonly [number, number]
  readonly depth: DepthKind | undefined
  /** Whether the kernel reaches over the image's edges. */
  readonly padded: boolean
  /** Whether all memory has addresses of one kind, as a CPU's has: what lies inside the image is read in place. */
  readonly oneMemory: boolean
  readonly epilogue: Epilogue
}

/**
 * A work-item computes a tile: pixels of one row, for a few blocks of output channels. Where a tile reaches over the
 * edges, each row of input that it needs is first copied to private memory with zeros around it, so that the loops over it
 * know no edges. The last tile of a row is moved back to end with the row.
 */
export function convolutionSource(kind: ConvolutionKind): string {
  const { tile, lanes, kernel, strides, dilations, depth, padded, epilogue } = kind
  const { rows, width } = tile
  const columns = columnsOf(tile)
  const skip = (places: number) => skipWeights(kind, places, columns)
  const volume = depth ? "deep * height * width" : "height * width"
  const segment = (rows - 1) * strides[1] + (kernel[1] - 1) * dilations[1] + 1
  return `${vectorFunctions(width)}
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict input, __global const float *restrict weights,
                     __global float *restrict output, const int channels, const int groups, const int tilesOfGroup,
                     const int height, const int width, const int blocks, const int outputHeight,
                     const int outputWidth, const int top, const int left${depthParameters(depth)}${epilogue.parameters}) {
  const int x = min((int)get_global_id(0) * ${rows}, outputWidth - ${rows});
  const int y = (int)get_global_id(1) % outputHeight, ${depth ? "outputSlice" : "image"} = (int)get_global_id(1) / outputHeight;
  ${depth ? "const int image = outputSlice / outputDepth, z = outputSlice % outputDepth;" : ""}
  const int groupTile = get_global_id(2), group = groupTile / tilesOfGroup;
  const int firstBlock = (groupTile - group * tilesOfGroup) * ${columns / blockSize};
  const int planes = (channels + ${lanes - 1}) / ${lanes};
  input += ((size_t)image * groups + group) * planes * ${volume} * ${lanes};
  __global const float *weight = weights + (size_t)groupTile * ${columns} * (1 + channels * ${kernel[0] * kernel[1] * (depth?.kernel ?? 1)});
  ${declareSums(tile, (vector) => load(width, `weight + ${vector * width}`))}
  weight += ${columns};
  const int rowOrigin = y * ${strides[0]} - top, columnOrigin = x * ${strides[1]} - left;
  ${padded ? `float copy[${segment * lanes}] __attribute__((aligned(64)));` : ""}
  for (int inputPlane = 0; inputPlane < planes; inputPlane++, input += (size_t)${volume} * ${lanes}) {
    ${lanes === 1 ? "" : `const int count = min(${lanes}, channels - inputPlane * ${lanes});`}
    // What the next plane begins with: too far away for the processor to see by itself.
    ${padded || lanes === 1 || depth ? "" : lines(rows, (pixel) => prefetch(`input + ((size_t)(height + rowOrigin) * width + columnOrigin) * ${lanes} + ${pixel * strides[1] * lanes}`))}
    ${
      depth
        ? `${eachSlice(depth, `${skip(kernel[0] * kernel[1])} continue;`)}
      __global const float *inputSlice = input + (size_t)slice * height * width * ${lanes};`
        : ""
    }
    for (int kernelRow = 0; kernelRow < ${kernel[0]}; kernelRow++) {
      const int row = rowOrigin + kernelRow * ${dilations[0]};
      ${padded ? findLine(kind, { segment, columns }) : `__global const float *line = ${sliceOf(kind)} + (row * width + columnOrigin) * ${lanes};`}
      for (int kernelColumn = 0; kernelColumn < ${kernel[1]}; kernelColumn++) {
        const ${padded ? "" : "__global "}float *factor = line + kernelColumn * ${dilations[1] * lanes};
        ${lanes === 1 ? "{" : `for (int lane = 0; lane < count; lane++, factor++) {`}
          ${multiplyAdd(
            tile,
            (vector) => load(width, `weight + ${vector * width}`),
            (row) => `factor[${row * strides[1] * lanes}]`,
          )}
          weight += ${columns};
        }
      }
    }
    ${depth ? "}" : ""}
  }
  const size_t plane = (size_t)${depth ? "outputDepth * " : ""}outputHeight * outputWidth * ${blockSize};
  const size_t start = (((size_t)image * groups + group) * blocks + firstBlock) * plane +
      ((size_t)${depth ? "(z * outputHeight + y)" : "y"} * outputWidth + x) * ${blockSize};
  const int firstChannel = (group * blocks + firstBlock) * ${blockSize};
  ${storeBlocks(tile, epilogue)}
}`
}

/** Leaves out weights of so many places of the kernel. */
const skipWeights = ({ lanes }: ConvolutionKind, places: number, columns: number): string =>
  `weight += ${places} * ${lanes === 1 ? "1" : "count"} * ${columns};`

/** Where the rows of the slice are that is read. */
const sliceOf = ({ depth }: ConvolutionKind): string => (depth ? "inputSlice" : "input")

/** Finds a row of input in the image, or copies it with zeros for what is outside; skips a row that is outside. */
function findLine(kind: ConvolutionKind, { segment, columns }: { segment: number; columns: number }): string {
  const { kernel, lanes, tile, oneMemory } = kind
  const { width } = tile
  const pixel = (value: (lane: number) => string) =>
    lanes === 1
      ? `copy[column] = ${value(0)};`
      : lines(lanes / width, (part) => store(width, value(part * width), `copy + column * ${lanes} + ${part * width}`))
  return `
      if (row < 0 || row >= height) {
        ${skipWeights(kind, kernel[1], columns)}
        continue;
      }
      __global const float *source = ${sliceOf(kind)} + (row * width + columnOrigin) * ${lanes};
      const float *line = copy;
      if (${oneMemory ? `columnOrigin >= 0 && columnOrigin + ${segment} <= width` : "false"}) {
        // OpenCL C 1.2 has no words for it.
        line = (const float *)(size_t)source;
      } else {
        for (int column = 0; column < ${segment}; column++)
          if (columnOrigin + column >= 0 && columnOrigin + column < width) {
            ${pixel((lane) => (lanes === 1 ? "source[column]" : load(width, `source + column * ${lanes} + ${lane}`)))}
          } else {
            ${pixel(() => (lanes === 1 ? "0.0f" : `(float${width})(0.0f)`))}
          }
      }`
}
