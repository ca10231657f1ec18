import { missingDriver } from "@strongroom/test-machine"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { ConvolutionShape } from "../../src/kernels/convolution.js"
import { type GroupedPointwiseShape, groupedPointwise } from "../../src/kernels/grouped-pointwise.js"
import { noEpilogue } from "../../src/kernels/kernel-call.js"
import { triedIn } from "../fast-form.js"
import { errorOfLayer } from "./error-of-layer.js"
import { createKernelRunner, type KernelRunner } from "./kernel-runner.js"
import { plainConvolution } from "./plain-convolution.js"
import { reluPlusChannel } from "./relu-plus-channel.js"
import { deviceOf, vectorWidths } from "./vector-widths.js"

const odd: GroupedPointwiseShape = { batch: 2, channels: 60, outputChannels: 84, pixels: 29, groups: 3, shuffle: 1 }

const shapes: Readonly<Record<string, GroupedPointwiseShape>> = {
  "groups that aren't whole blocks": odd,
  "groups smaller than a block": { ...odd, channels: 24, outputChannels: 30, groups: 6 },
  "groups that begin with a block now and then": { ...odd, channels: 8, outputChannels: 100, groups: 4 },
  "groups that begin with every third block": { ...odd, channels: 8, outputChannels: 192, groups: 4 },
  "groups of one channel": { ...odd, channels: 21, outputChannels: 21, groups: 21 },
  "one group": { ...odd, groups: 1 },
  "shuffled channels": { ...odd, shuffle: 3 },
  "channels shuffled otherwise": { ...odd, shuffle: 4 },
  "one pixel": { ...odd, pixels: 1 },
}

/** The same as any convolution. */
const convolutionShape = ({ pixels, ...shape }: GroupedPointwiseShape): ConvolutionShape => ({
  ...shape,
  size: [1, pixels],
  outputSize: [1, pixels],
  kernel: [1, 1],
  strides: [1, 1],
  dilations: [1, 1],
  pads: [0, 0],
})

/** Reshapes channels to [shuffle, channels / shuffle], transposes and flattens them. */
function shuffled({ channels, pixels, shuffle }: GroupedPointwiseShape, image: Float32Array): Float32Array {
  const columns = channels / shuffle
  return image.map((_, index) => {
    const channel = Math.floor(index / pixels) % channels
    const from = (channel % shuffle) * columns + Math.floor(channel / shuffle)
    return image[index + (from - channel) * pixels] as number
  })
}

describe.skipIf(missingDriver("pocl"))("a convolution of pixels in groups", () => {
  let runner: KernelRunner
  beforeAll(() => {
    runner = createKernelRunner()
  })
  afterAll(() => runner.release())

  describe.each(vectorWidths)("in vectors of %i", (vectorWidth) => {
    it.each(triedIn(Object.keys(shapes), vectorWidth, vectorWidths))("of %s", async (name) => {
      const shape = shapes[name] as GroupedPointwiseShape
      const { epilogue, after } = reluPlusChannel
      const layer = groupedPointwise(deviceOf(vectorWidth), shape, { bias: true, epilogue })
      const reference: typeof plainConvolution = (plain, { input, ...rest }) =>
        plainConvolution(plain, { input: shuffled(shape, input), ...rest })
      expect(await errorOfLayer(runner, convolutionShape(shape), layer, { reference, after })).toBeLessThan(1e-6)
    })
  })

  it("has weights for the groups of each block, not for the most that a block has", () => {
    const shape = { batch: 1, channels: 136, outputChannels: 272, pixels: 49, groups: 4, shuffle: 1 }
    const { weights } = groupedPointwise(deviceOf(16), shape, { bias: true, epilogue: noEpilogue })
    // 17 blocks, three of which have part in two groups of 34 channels.
    expect(weights.byteLength).toBe(4 * 16 * (17 + 34 * (17 + 3)))
  })

  it("without a bias", async () => {
    const layer = groupedPointwise(deviceOf(16), odd, { bias: false, epilogue: noEpilogue })
    expect(await errorOfLayer(runner, convolutionShape(odd), layer, { bias: false })).toBeLessThan(1e-6)
  })
})
