import { type ConvolutionShape, convolutionCall } from "./convolution.js"
import type { Epilogue, KernelCall, WeightedKernels } from "./kernel-call.js"
import type { KernelDevice } from "./kernel-device.js"
import { blockSize, blocksOf } from "./layout.js"
import { inputTransform, outputTransform } from "./winograd-transforms.js"
import { packWinogradWeights } from "./winograd-weights.js"

/** What the transformed images of a strip may take together: a part of the cache that all cores share. */
const stripByteLength = 8 << 20

/**
 * A convolution with 3x3 kernels and strides of 1 by Winograd's minimal filtering F(4x4, 3x3) (Lavin and Gray, "Fast
 * algorithms for convolutional neural networks", 2015): 36 multiplications for 4x4 results in place of 144. Buffers:
 * input, weights (packed), output, and scratch. Its rounding errors are some ten times those of a sum.
 *
 * Images are cut into tiles of 6x6 that overlap by two. A strip of rows of tiles goes through three kernels: one
 * transforms its tiles, one multiplies each of their 36 places with the weights of that place, one transforms back.
 */
export function winograd(
  device: KernelDevice,
  shape: ConvolutionShape,
  { bias, epilogue }: { bias: boolean; epilogue: Epilogue },
): WeightedKernels {
  const { batch, channels, outputChannels, outputSize } = shape
  const blocks = blocksOf(channels)
  const outputBlocks = blocksOf(outputChannels)
  const tilesWide = Math.ceil(outputSize[1] / 4)
  const rows = batch * Math.ceil(outputSize[0] / 4)
  const rowByteLength = tilesWide * 36 * blockSize * 4 * (blocks + outputBlocks)
  const strips = Math.ceil(rows / Math.max(1, Math.floor(stripByteLength / rowByteLength)))
  const stripRows = Math.ceil(rows / strips)

  const products = (pixels: number) =>
    convolutionCall(
      device,
      {
        batch: 1,
        channels: 36 * channels,
        size: [1, pixels],
        outputChannels: 36 * outputBlocks * blockSize,
        outputSize: [1, pixels],
        kernel: [1, 1],
        strides: [1, 1],
        dilations: [1, 1],
        pads: [0, 0],
        groups: 36,
      },
      { input: "blocked", epilogue: { parameters: "", apply: () => "" } },
    )
  const { columns } = products(stripRows * tilesWide)
  const weights = packWinogradWeights({ columns, channels, outputChannels, bias })

  const calls: KernelCall[] = []
  for (let row = 0; row < rows; row += stripRows) {
    const place = { row, rows: Math.min(stripRows, rows - row), tilesWide }
    calls.push(
      inputTransform(device, shape, place),
      rename(products(place.rows * tilesWide).call, { input: "transformed", output: "products" }),
      outputTransform(device, shape, { ...place, biasFrom: weights.biasFrom, epilogue }),
    )
  }
  const stripPixels = stripRows * tilesWide * 36 * blockSize * 4
  return {
    calls,
    weights: weights.packed,
    scratch: { transformed: stripPixels * blocks, products: stripPixels * outputBlocks },
  }
}

const rename = (call: KernelCall, names: Readonly<Record<string, string>>): KernelCall => ({
  ...call,
  buffers: call.buffers.map((name) => names[name] ?? name),
})
