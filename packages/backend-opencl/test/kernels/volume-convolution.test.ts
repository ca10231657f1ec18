import { missingDriver } from "@strongroom/test-machine"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { ConvolutionShape } from "../../src/kernels/convolution.js"
import { type DeviceKernels, kernelsFor, type LayerMethod, nameOfMethod } from "../../src/kernels/device-kernels.js"
import { noEpilogue } from "../../src/kernels/kernel-call.js"
import { isFull, triedIn } from "../fast-form.js"
import { errorOfLayer } from "./error-of-layer.js"
import { createKernelRunner, type KernelRunner } from "./kernel-runner.js"
import { reluPlusChannel } from "./relu-plus-channel.js"
import { deviceOf, gpu, vectorWidths } from "./vector-widths.js"

const depth = { size: 5, outputSize: 5, kernel: 3, stride: 1, dilation: 1, pad: 1 }
const odd = {
  batch: 2,
  channels: 20,
  size: [4, 7],
  outputChannels: 37,
  outputSize: [4, 7],
  kernel: [3, 3],
  strides: [1, 1],
  dilations: [1, 1],
  pads: [1, 1],
  groups: 1,
  depth,
} as const satisfies ConvolutionShape

const shapes: Readonly<Record<string, ConvolutionShape>> = {
  "three by three by three": odd,
  "strides of two": { ...odd, outputSize: [2, 4], strides: [2, 2], depth: { ...depth, outputSize: 3, stride: 2 } },
  "a stride along the depth alone": { ...odd, depth: { ...depth, outputSize: 3, stride: 2 } },
  "a dilation for each axis": {
    ...{ ...odd, outputSize: [4, 5], dilations: [1, 2] },
    depth: { ...depth, outputSize: 3, dilation: 2 },
  },
  "no padding": { ...odd, outputSize: [2, 5], pads: [0, 0], depth: { ...depth, outputSize: 3, pad: 0 } },
  "padding behind, below and right alone": { ...odd, pads: [0, 0], depth: { ...depth, pad: 0 } },
  "more padding in front": { ...odd, depth: { ...depth, outputSize: 6, pad: 2 } },
  "slices by themselves": { ...odd, depth: { ...depth, kernel: 1, pad: 0 } },
  "another kernel for each axis": {
    ...{ ...odd, kernel: [1, 3], outputSize: [4, 7], pads: [0, 1] },
    depth: { ...depth, kernel: 5, pad: 2 },
  },
  "a kernel larger than the image": {
    ...{ ...odd, size: [2, 3], outputSize: [2, 3], kernel: [5, 5], pads: [2, 2] },
    depth: { ...depth, size: 2, outputSize: 2, kernel: 5, pad: 2 },
  },
  "one slice": { ...odd, depth: { ...depth, size: 1, outputSize: 1 } },
  "groups of blocks": { ...odd, channels: 32, outputChannels: 64, groups: 2 },
  "groups that aren't whole blocks": { ...odd, channels: 20, outputChannels: 36, groups: 4 },
  "groups of single channels": { ...odd, channels: 37, groups: 37 },
  "groups of single channels, strides and dilations": {
    ...{ ...odd, channels: 37, groups: 37, size: [9, 11], outputSize: [4, 4], strides: [2, 2], dilations: [1, 2] },
    ...{ pads: [0, 0], depth: { ...depth, size: 9, outputSize: 4, stride: 2, dilation: 2, pad: 1 } },
  },
}

describe.skipIf(missingDriver("pocl"))("a convolution of images of slices", () => {
  let runner: KernelRunner
  beforeAll(() => {
    runner = createKernelRunner()
  })
  afterAll(() => runner.release())

  const { epilogue, after } = reluPlusChannel
  const errorBy = (kernels: DeviceKernels, shape: ConvolutionShape, method: LayerMethod) => {
    const layer = kernels.convolution(shape, method, { input: "blocked", bias: true, epilogue })
    return errorOfLayer(runner, shape, layer, { after })
  }

  describe.each(vectorWidths)("in vectors of %i", (vectorWidth) => {
    const kernels = kernelsFor(deviceOf(vectorWidth))
    const tried = triedIn(Object.keys(shapes), vectorWidth, vectorWidths)
    it.each(tried)("of %s", async (name) => {
      const shape = shapes[name] as ConvolutionShape
      const [method] = kernels.convolutionMethods(shape, "blocked") as [LayerMethod]
      expect(method.family).toBe(shape.groups === shape.channels ? "depthwise" : "sums")
      expect(await errorBy(kernels, shape, method)).toBeLessThan(1e-6)
    })
  })

  const kernels = kernelsFor(gpu)
  it.each(triedIn(Object.keys(shapes), 0, [0, 1]))("of %s, by kernels of a GPU", async (name) => {
    const shape = shapes[name] as ConvolutionShape
    const methods = kernels.convolutionMethods(shape, "blocked")
    // The full form has all shapes and tiles, the fast one every second shape, and another tile of each.
    const one = methods[Object.keys(shapes).indexOf(name) % methods.length] as LayerMethod
    for (const method of isFull ? methods : [one])
      expect(await errorBy(kernels, shape, method), nameOfMethod(method)).toBeLessThan(1e-6)
  })

  it.each([1, 3])("of a plain image of %i channels, without a bias", async (channels) => {
    const shape: ConvolutionShape = { ...odd, channels, outputSize: [2, 4], strides: [2, 2] }
    for (const own of [kernelsFor(deviceOf(16)), kernels]) {
      const [method] = own.convolutionMethods(shape, "plain") as [LayerMethod]
      const layer = own.convolution(shape, method, { input: "plain", bias: false, epilogue: noEpilogue })
      expect(await errorOfLayer(runner, shape, layer, { input: "plain", bias: false })).toBeLessThan(1e-6)
    }
  })
})
