import { missingDriver } from "@strongroom/test-machine"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { ConvolutionShape } from "../../src/kernels/convolution.js"
import { depthwise } from "../../src/kernels/depthwise.js"
import { kernelsFor, type LayerMethod } from "../../src/kernels/device-kernels.js"
import { noEpilogue } from "../../src/kernels/kernel-call.js"
import { triedIn } from "../fast-form.js"
import { errorOfLayer } from "./error-of-layer.js"
import { createKernelRunner, type KernelRunner } from "./kernel-runner.js"
import { reluPlusChannel } from "./relu-plus-channel.js"
import { deviceOf, gpu, vectorWidths } from "./vector-widths.js"

const odd: ConvolutionShape = {
  batch: 2,
  channels: 37,
  size: [9, 45],
  outputChannels: 37,
  outputSize: [9, 45],
  kernel: [3, 3],
  strides: [1, 1],
  dilations: [1, 1],
  pads: [1, 1],
  groups: 37,
}

const shapes: Readonly<Record<string, ConvolutionShape>> = {
  "three by three": odd,
  "five by five": { ...odd, kernel: [5, 5], pads: [2, 2] },
  "strides of two": { ...odd, outputSize: [5, 23], strides: [2, 2] },
  "another stride for each axis": { ...odd, outputSize: [5, 45], strides: [2, 1] },
  "a dilation of two": { ...odd, dilations: [2, 2], pads: [2, 2] },
  "a dilation and strides": { ...odd, outputSize: [4, 21], dilations: [2, 3], strides: [2, 2] },
  "no padding": { ...odd, outputSize: [7, 43], pads: [0, 0] },
  "padding below and right alone": { ...odd, pads: [0, 0] },
  "more padding on one side": { ...odd, outputSize: [10, 46], pads: [2, 2] },
  "one column": { ...odd, size: [9, 1], outputSize: [9, 1] },
  "a kernel larger than the image": { ...odd, size: [2, 3], outputSize: [2, 3], kernel: [7, 7], pads: [3, 3] },
  "seven by seven pixels": { ...odd, size: [7, 7], outputSize: [7, 7] },
  "a row for a kernel": { ...odd, outputSize: [9, 43], kernel: [1, 3], pads: [0, 0] },
}

describe.skipIf(missingDriver("pocl"))("a depthwise convolution", () => {
  let runner: KernelRunner
  beforeAll(() => {
    runner = createKernelRunner()
  })
  afterAll(() => runner.release())

  describe.each(vectorWidths)("in vectors of %i", (vectorWidth) => {
    it.each(triedIn(Object.keys(shapes), vectorWidth, vectorWidths))("of %s", async (name) => {
      const shape = shapes[name] as ConvolutionShape
      const layer = depthwise(deviceOf(vectorWidth), shape, { bias: true, epilogue: noEpilogue })
      expect(await errorOfLayer(runner, shape, layer)).toBeLessThan(1e-6)
    })

    it("hands its results to an epilogue, which knows their channel", async () => {
      const { epilogue, after } = reluPlusChannel
      const layer = depthwise(deviceOf(vectorWidth), odd, { bias: true, epilogue })
      expect(await errorOfLayer(runner, odd, layer, { after })).toBeLessThan(1e-6)
    })
  })

  it.each(Object.keys(shapes))("of %s, of which an item has four channels of a pixel", async (name) => {
    const shape = shapes[name] as ConvolutionShape
    const { epilogue, after } = reluPlusChannel
    const kernels = kernelsFor(gpu)
    const [method] = kernels.convolutionMethods(shape, "blocked") as [LayerMethod]
    expect(method.family).toBe("depthwise")
    const layer = kernels.convolution(shape, method, { input: "blocked", bias: true, epilogue })
    expect(await errorOfLayer(runner, shape, layer, { after })).toBeLessThan(1e-6)
  })

  it("without a bias", async () => {
    const layer = depthwise(deviceOf(16), odd, { bias: false, epilogue: noEpilogue })
    expect(await errorOfLayer(runner, odd, layer, { bias: false })).toBeLessThan(1e-6)
  })
})
