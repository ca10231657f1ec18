import type { DepthKind } from "../depth.js"
import { blockSize } from "../layout.js"
import { lines } from "../vector-text.js"
import { type GroupTile, itemsOfTile, rowsOfTile, strideOf } from "./group-tile.js"
import { turned } from "./matrix-side.js"
import type { TileSide } from "./tile-source.js"

/** What is compiled into a convolution's reading of its input. Rows of the tile are pixels of the output. */
export interface ImageSide {
  readonly tile: GroupTile
  readonly kernel: readonly [number, number]
  readonly strides: readonly [number, number]
  readonly dilations: readonly [number, number]
  /** Not of a transposed one. */
  readonly depth: DepthKind | undefined
  /** The input's pixels are those of the smaller image of a transposed convolution. */
  readonly isTransposed: boolean
  /** Whether the last block of channels is full: what lies above the last channel may be anything. */
  readonly isWhole: boolean
}

/**
 * Images in blocks of channels: a step of the tile's depth is a channel, an item reads four of them at a place of the
 * kernel. Where the kernel reaches over an edge, or a transposed one between pixels, it reads zeros. The kernel has
 * `firstRow`, `pixels`, `channels`, `firstPlane`, `planes`, `height`, `width`, `outputHeight`, `outputWidth`, `top`, `left`,
 * and of images of slices `deep`, `outputDepth`, `front`.
 */
export function blockedSide(side: ImageSide): TileSide {
  const { tile, isWhole } = side
  const perPixel = tile.depth / 4
  const pixelsAtOnce = itemsOfTile(tile) / perPixel
  const count = rowsOfTile(tile) / pixelsAtOnce
  return {
    begin: `
  const int inputLane = item % ${perPixel} * 4, inputAt = item / ${perPixel};
  ${lines(
    count,
    (index) => `float4 inputRead${index};
  ${origin(side, index, `inputAt + ${index * pixelsAtOnce}`)}
  __global const float *inputFrom${index} = input + (size_t)image${index} * planes * ${volume(side)} * ${blockSize} + inputLane;`,
  )}
  int inputPlane = firstPlane, inputStep = 0, ${side.depth ? "kernelSlice = 0, " : ""}kernelRow = 0, kernelColumn = 0;
  size_t planeStart = (size_t)firstPlane * ${volume(side)} * ${blockSize};`,
    read: `
    ${lines(
      count,
      (index) => `{
      ${place(side, index)}
      inputRead${index} = isInside ? *(__global const float4 *)(inputFrom${index} + planeStart + inputStep +
          (${line(side)} * width + column) * ${blockSize}) : (float4)(0.0f);
      ${isWhole ? "" : masked(`inputRead${index}`)}
    }`,
    )}
    ${advance(side)}`,
    keep: (target) => `{
      __local float *target = (__local float *)(${target}) + inputLane * ${strideOf(rowsOfTile(tile)) * 4} + inputAt;
      ${lines(count, (index) => turned(`inputRead${index}`, index * pixelsAtOnce, strideOf(rowsOfTile(tile)) * 4))}
    }`,
  }
}

/** Zeros above the last channel. */
const masked = (vector: string): string => `{
        const int rest = channels - inputPlane * ${blockSize} - inputStep - inputLane;
        ${[0, 1, 2, 3].map((lane) => `if (rest <= ${lane}) ${vector}.s${lane} = 0.0f;`).join(" ")}
      }`

/** On to the next channels at the same place, to the next place, or to the next block. */
function advance(side: ImageSide): string {
  const { tile, kernel, depth } = side
  const plane = `inputPlane++;
          planeStart += (size_t)${volume(side)} * ${blockSize};`
  return `inputStep += ${tile.depth};
    if (inputStep == ${blockSize}) {
      inputStep = 0;
      if (++kernelColumn == ${kernel[1]}) {
        kernelColumn = 0;
        if (++kernelRow == ${kernel[0]}) {
          kernelRow = 0;
          ${depth ? `if (++kernelSlice == ${depth.kernel}) { kernelSlice = 0; ${plane} }` : plane}
        }
      }
    }`
}

/** An expression: pixels of an image. */
const volume = ({ depth }: ImageSide): string => (depth ? "deep * height * width" : "height * width")

/** An expression: which of an image's rows is read. */
const line = ({ depth }: ImageSide): string => (depth ? "(slice * height + row)" : "row")

/**
 * Images of few channels that lie row-major: a step of the tile's depth is a channel at a place of the kernel, and items
 * side by side read pixels side by side.
 */
export function plainSide(side: ImageSide): TileSide {
  const { tile, kernel, depth } = side
  const [rows, items] = [rowsOfTile(tile), itemsOfTile(tile)]
  const area = kernel[0] * kernel[1] * (depth?.kernel ?? 1)
  const pixels = Math.max(1, rows / items)
  const stepsAtOnce = Math.max(1, items / rows)
  const steps = tile.depth / stepsAtOnce
  const read = (pixel: number, step: number) => `inputRead${pixel}_${step}`
  return {
    begin: `
  const int inputAt = item % ${rows}, inputDepth = item / ${rows};
  int inputStep = inputDepth;
  ${lines(
    pixels,
    (pixel) => `${origin(side, pixel, `inputAt + ${pixel * items}`)}
  __global const float *inputFrom${pixel} = input + (size_t)image${pixel} * channels * ${volume(side)};
  ${lines(steps, (step) => `float ${read(pixel, step)};`)}`,
  )}`,
    read: `
    ${lines(
      steps,
      (step) => `{
      const int at = inputStep + ${step * stepsAtOnce}, channel = at / ${area};
      ${depth ? `const int kernelSlice = at % ${area} / ${kernel[0] * kernel[1]};` : ""}
      const int kernelRow = at % ${kernel[0] * kernel[1]} / ${kernel[1]}, kernelColumn = at % ${kernel[1]};
      ${lines(
        pixels,
        (pixel) => `{
        ${place(side, pixel)}
        ${read(pixel, step)} = isInside && channel < channels ?
            inputFrom${pixel}[${depth ? "(((size_t)channel * deep + slice) * height + row)" : "((size_t)channel * height + row)"} * width + column] : 0.0f;
      }`,
      )}
    }`,
    )}
    inputStep += ${tile.depth};`,
    keep: (target) => `{
      __local float *target = (__local float *)(${target}) + inputDepth * ${strideOf(rows) * 4} + inputAt;
      ${lines(steps, (step) =>
        lines(
          pixels,
          (pixel) => `target[${step * stepsAtOnce * strideOf(rows) * 4 + pixel * items}] = ${read(pixel, step)};`,
        ),
      )}
    }`,
  }
}

/** Finds where the kernel begins in the input for a pixel of the tile. Pixels beyond the last are the last again. */
const origin = ({ strides, depth, isTransposed }: ImageSide, index: number, at: string): string => `
  const int pixel${index} = min(firstRow + ${at}, pixels - 1);
  const int x${index} = pixel${index} % outputWidth, y${index} = pixel${index} / outputWidth % outputHeight;
  const int image${index} = pixel${index} / outputWidth / outputHeight${depth ? " / outputDepth" : ""};
  ${depth ? `const int sliceOrigin${index} = pixel${index} / outputWidth / outputHeight % outputDepth * ${depth.stride} - front;` : ""}
  ${
    isTransposed
      ? `const int rowOrigin${index} = y${index} + top, columnOrigin${index} = x${index} + left;`
      : `const int rowOrigin${index} = y${index} * ${strides[0]} - top, columnOrigin${index} = x${index} * ${strides[1]} - left;`
  }`

/** Finds the input's pixel at the place `kernelRow`, `kernelColumn` of the kernel, and whether there is one. */
function place({ strides, dilations, depth, isTransposed }: ImageSide, index: number): string {
  const at = (axis: 0 | 1, origin: string, name: string) =>
    `${origin}${index} ${isTransposed ? "-" : "+"} ${name} * ${dilations[axis]}`
  const [row, column] = [at(0, "rowOrigin", "kernelRow"), at(1, "columnOrigin", "kernelColumn")]
  if (!isTransposed) {
    return `const int row = ${row}, column = ${column};
      ${depth ? `const int slice = sliceOrigin${index} + kernelSlice * ${depth.dilation};` : ""}
      const int isInside = ${depth ? "slice >= 0 && slice < deep && " : ""}row >= 0 && row < height && column >= 0 && column < width;`
  }
  return `const int fineRow = ${row}, fineColumn = ${column};
      const int row = fineRow / ${strides[0]}, column = fineColumn / ${strides[1]};
      const int isInside = fineRow >= 0 && fineRow % ${strides[0]} == 0 && row < height &&
          fineColumn >= 0 && fineColumn % ${strides[1]} == 0 && column < width;`
}
