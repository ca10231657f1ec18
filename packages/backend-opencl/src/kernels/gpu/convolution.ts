import { areaOf, type ConvolutionShape, outputPixelsOf } from "../convolution.js"
import { depthIntegers, depthParameters } from "../depth.js"
import type { Epilogue, WeightedKernels } from "../kernel-call.js"
import type { KernelDevice } from "../kernel-device.js"
import { blockSize, blocksOf } from "../layout.js"
import { lines } from "../vector-text.js"
import { packTileWeights, weightSteps } from "./convolution-weights.js"
import {
  columnsOfTile,
  type EstimatedGroupTile,
  type GroupTile,
  groupTiles,
  itemsOfTile,
  rowsOfTile,
  strideOf,
} from "./group-tile.js"
import { blockedSide, plainSide } from "./image-side.js"
import { columnOfItem, rowOfItem, type TileSide, tileSource } from "./tile-source.js"

type Layout = "blocked" | "plain"

/** A way to compute a convolution: by tiles of this kind. */
export interface SharedMethod {
  readonly family: "shared"
  readonly tile: GroupTile
  /** About the cycles that it takes, on all cores together: for comparing the methods of one convolution. */
  readonly cycles: number
}

/** Tiles for a convolution, the soonest first. */
export function convolutionTiles(
  device: KernelDevice,
  shape: ConvolutionShape,
  input: Layout,
): readonly EstimatedGroupTile[] {
  const { batch, outputChannels, groups } = shape
  return groupTiles(device, {
    rows: batch * outputPixelsOf(shape),
    columns: blocksOf(outputChannels) * blockSize,
    repeats: 1,
    depth: weightSteps(shape, input).steps,
    ...(groups > 1 && { unit: outputChannels / groups }),
  })
}

/**
 * A convolution into the blocked layout, as the product of all pixels' surroundings and the weights, of which no matrix is
 * made. Buffers: input, weights (packed), output.
 *
 * @param input the input's layout; plain is for the first layer, whose channels are few and in one group
 * @param isTransposed of a transposed one `size` is the smaller image, `outputSize` the larger one, and strides, dilations
 *   and pads are those of the convolution from the larger to the smaller
 * @param bias whether there is one; it is packed with the weights
 */
export function sharedConvolution(
  shape: ConvolutionShape,
  tile: GroupTile,
  settings: { input: Layout; isTransposed: boolean; bias: boolean; epilogue: Epilogue },
): WeightedKernels {
  const { batch, channels, size, outputChannels, outputSize, kernel, strides, dilations, pads, groups, depth } = shape
  const { input, isTransposed, epilogue } = settings
  const { planes, steps } = weightSteps(shape, input)
  const blocks = blocksOf(outputChannels)
  const pixels = batch * outputPixelsOf(shape)
  const columnTiles = Math.ceil((blocks * blockSize) / columnsOfTile(tile))
  const side = { tile, kernel, strides, dilations, depth, isTransposed, isWhole: channels % blockSize === 0 }
  const call = {
    source: tileSource({
      tile,
      parameters: `__global const float *restrict input, __global const float *restrict weights,
                     __global float *restrict output, const int pixels, const int channels, const int planes,
                     const int mostPlanes, const int groupInputs, const int groupOutputs, const int steps,
                     const int blocks, const int columnTiles, const int height, const int width,
                     const int outputHeight, const int outputWidth, const int top, const int left${depthParameters(depth)}${epilogue.parameters}`,
      begin: begin(tile),
      left: input === "plain" ? plainSide(side) : blockedSide(side),
      right: weightSide(tile),
      unrolled: 1,
      // The last groups have fewer channels after them than others have.
      pieces:
        input === "plain"
          ? `steps / ${tile.depth}`
          : `min(mostPlanes, planes - firstPlane) * ${(areaOf(shape) * blockSize) / tile.depth}`,
      initial: (vector) =>
        `*(__global const float4 *)(weights + ${weightsFrom(`(firstColumn + ${columnOfItem(tile, vector)})`)})`,
      finish: (name, { row, vector }) =>
        finish(tile, epilogue, name, {
          row,
          vector,
          area: `${depth ? "outputDepth * " : ""}outputHeight * outputWidth`,
        }),
    }),
    buffers: ["input", "weights", "output"],
    integers: [
      ...[pixels, channels, blocksOf(channels), planes, channels / groups, outputChannels / groups, steps],
      ...[blocks, columnTiles, ...size, ...outputSize, ...pads],
      ...depthIntegers(depth),
    ],
    global: [Math.ceil(pixels / rowsOfTile(tile)) * columnTiles * itemsOfTile(tile)],
    local: [itemsOfTile(tile)],
  }
  return { calls: [call], weights: packTileWeights(shape, settings), scratch: {} }
}

/** Finds the tile of the group: those that read the same pixels follow one another. */
const begin = (tile: GroupTile): string => `
  const int group = get_group_id(0);
  const int firstColumn = group % columnTiles * ${columnsOfTile(tile)}, firstRow = group / columnTiles * ${rowsOfTile(tile)};
  const int firstPlane = firstColumn / groupOutputs * groupInputs / ${blockSize};`

/** An expression: where the biases of an output channel and of the 15 after it begin; of the last block, beyond it. */
const weightsFrom = (channel: string): string =>
  `((size_t)min(${channel} / ${blockSize}, blocks - 1) * (1 + steps) * ${blockSize} + ${channel} % ${blockSize})`

/** Weights lie as they are read: for each step 16 output channels together. */
function weightSide(tile: GroupTile): TileSide {
  const perStep = columnsOfTile(tile) / 4
  const stepsAtOnce = itemsOfTile(tile) / perStep
  const count = tile.depth / stepsAtOnce
  return {
    begin: `
  const int weightDepth = item / ${perStep};
  weights += ${weightsFrom(`(firstColumn + item % ${perStep} * 4)`)} + (1 + weightDepth) * ${blockSize};
  ${lines(count, (index) => `float4 weightRead${index};`)}`,
    read: `
    ${lines(
      count,
      (index) => `weightRead${index} = *(__global const float4 *)(weights + ${index * stepsAtOnce * blockSize});`,
    )}
    weights += ${tile.depth * blockSize};`,
    keep: (target) =>
      lines(count, (index) => {
        const step = `(weightDepth + ${index * stepsAtOnce})`
        return `(${target})[${step} * ${strideOf(columnsOfTile(tile))} + item % ${perStep}] = weightRead${index};`
      }),
  }
}

/** Stores four channels of a pixel. */
const finish = (
  tile: GroupTile,
  epilogue: Epilogue,
  name: string,
  { row, vector, area }: { readonly row: number; readonly vector: number; readonly area: string },
): string => `{
    const int pixel = firstRow + ${rowOfItem(tile, row)}, channel = firstColumn + ${columnOfItem(tile, vector)};
    if (pixel < pixels && channel < blocks * ${blockSize}) {
      const int area = ${area};
      const size_t element = (((size_t)(pixel / area) * blocks + channel / ${blockSize}) * area + pixel % area) * ${blockSize} +
          channel % ${blockSize};
      ${epilogue.apply(name, { lanes: "channels", channel: "channel", element: "element", width: 4 })}
      *(__global float4 *)(output + element) = ${name};
    }
  }`
