import type { ConvolutionShape } from "./convolution.js"
import type { Epilogue, WeightedKernels } from "./kernel-call.js"
import type { KernelDevice } from "./kernel-device.js"
import { blockSize, blocksOf } from "./layout.js"
import { chooseTile, columnsOf } from "./register-tile.js"
import { makesSeparatePatches } from "./separate-patches.js"
import { overlappingSource, separateSource } from "./transposed-source.js"
import { packTransposedWeights } from "./transposed-weights.js"

/**
 * A transposed convolution in the blocked layout: the shape's `size` is the image that is read, `outputSize` the larger
 * one, and strides, dilations and pads are those of the convolution from the larger to the smaller. Buffers: input, weights
 * (packed), output.
 *
 * @param bias whether there is one; it is packed with the weights
 */
export function transposedConvolution(
  device: KernelDevice,
  shape: ConvolutionShape,
  { bias, epilogue }: { bias: boolean; epilogue: Epilogue },
): WeightedKernels {
  const { batch, channels, size, outputChannels, outputSize, kernel, strides, dilations, pads } = shape
  const blocks = blocksOf(outputChannels)
  const isSeparate = makesSeparatePatches(shape)
  const tile = isSeparate
    ? chooseTile(
        device,
        { rows: size[1], columns: blocks * blockSize, repeats: batch * size[0] * kernel[0] * kernel[1] },
        blockSize,
      )
    : { rows: 1, vectors: blockSize / device.vectorWidth, width: device.vectorWidth }
  const columns = columnsOf(tile)
  const tiles = Math.ceil((blocks * blockSize) / columns)
  const call = isSeparate
    ? {
        source: separateSource({ tile, kernel, epilogue }),
        integers: [channels, ...size, blocks],
        global: [Math.ceil(size[1] / tile.rows), batch * size[0], kernel[0] * kernel[1] * tiles],
      }
    : {
        source: overlappingSource({ tile, kernel, strides, dilations, epilogue }),
        integers: [channels, ...size, blocks, ...outputSize, ...pads],
        global: [outputSize[1], batch * outputSize[0], tiles],
      }
  return {
    calls: [{ ...call, buffers: ["input", "weights", "output"], local: [1, 1, 1] }],
    weights: packTransposedWeights({ columns, shape, bias }),
    scratch: {},
  }
}
