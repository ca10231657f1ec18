import { missingDriver } from "@strongroom/test-machine"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { ConvolutionShape } from "../../src/kernels/convolution.js"
import { kernelsFor } from "../../src/kernels/device-kernels.js"
import { noEpilogue } from "../../src/kernels/kernel-call.js"
import { transposedConvolution } from "../../src/kernels/transposed-convolution.js"
import { triedIn } from "../fast-form.js"
import { errorOfLayer } from "./error-of-layer.js"
import { createKernelRunner, type KernelRunner } from "./kernel-runner.js"
import { plainTransposedConvolution as reference } from "./plain-transposed-convolution.js"
import { reluPlusChannel } from "./relu-plus-channel.js"
import { deviceOf, gpu, vectorWidths } from "./vector-widths.js"

const odd: ConvolutionShape = {
  batch: 2,
  channels: 20,
  size: [5, 19],
  outputChannels: 37,
  outputSize: [10, 38],
  kernel: [2, 2],
  strides: [2, 2],
  dilations: [1, 1],
  pads: [0, 0],
  groups: 1,
}

const shapes: Readonly<Record<string, ConvolutionShape>> = {
  "patches side by side": odd,
  "patches of another size for each axis": { ...odd, outputSize: [5, 57], kernel: [1, 3], strides: [1, 3] },
  "patches side by side, in groups": { ...odd, channels: 12, outputChannels: 21, groups: 3 },
  "one output channel": { ...odd, outputChannels: 1 },
  "patches that overlap": { ...odd, outputSize: [9, 37], kernel: [3, 3], pads: [1, 1] },
  "patches with gaps between": { ...odd, outputSize: [14, 56], strides: [3, 3] },
  "patches that are cut off": { ...odd, outputSize: [8, 36], pads: [1, 1] },
  "a padded output": { ...odd, outputSize: [10, 38], kernel: [3, 3], pads: [1, 1] },
  "a dilation": { ...odd, outputSize: [11, 39], dilations: [2, 2] },
}

describe.skipIf(missingDriver("pocl"))("a transposed convolution", () => {
  let runner: KernelRunner
  beforeAll(() => {
    runner = createKernelRunner()
  })
  afterAll(() => runner.release())

  describe.each(vectorWidths)("in vectors of %i", (vectorWidth) => {
    it.each(triedIn(Object.keys(shapes), vectorWidth, vectorWidths))("of %s", async (name) => {
      const shape = shapes[name] as ConvolutionShape
      const { epilogue, after } = reluPlusChannel
      const layer = transposedConvolution(deviceOf(vectorWidth), shape, { bias: true, epilogue })
      expect(await errorOfLayer(runner, shape, layer, { reference, after })).toBeLessThan(1e-6)
    })
  })

  it.each(Object.keys(shapes))("of %s, in groups that share memory", async (name) => {
    const shape = shapes[name] as ConvolutionShape
    const { epilogue, after } = reluPlusChannel
    const layer = kernelsFor(gpu).transposedConvolution(shape, { bias: true, epilogue })
    expect(await errorOfLayer(runner, shape, layer, { reference, after })).toBeLessThan(1e-6)
  })

  it("without a bias", async () => {
    const layer = transposedConvolution(deviceOf(16), odd, { bias: false, epilogue: noEpilogue })
    expect(await errorOfLayer(runner, odd, layer, { reference, bias: false })).toBeLessThan(1e-6)
  })
})
