import { missingDriver } from "@strongroom/test-machine"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type ConvolutionShape, convolution } from "../../src/kernels/convolution.js"
import { kernelsFor, nameOfMethod } from "../../src/kernels/device-kernels.js"
import { noEpilogue, type WeightedKernels } from "../../src/kernels/kernel-call.js"
import { isFull, triedIn } from "../fast-form.js"
import { errorOfLayer } from "./error-of-layer.js"
import { createKernelRunner, type KernelRunner } from "./kernel-runner.js"
import { reluPlusChannel } from "./relu-plus-channel.js"
import { deviceOf, gpu, vectorWidths } from "./vector-widths.js"

const odd: ConvolutionShape = {
  batch: 2,
  channels: 20,
  size: [9, 11],
  outputChannels: 37,
  outputSize: [9, 11],
  kernel: [3, 3],
  strides: [1, 1],
  dilations: [1, 1],
  pads: [1, 1],
  groups: 1,
}

const shapes: Readonly<Record<string, ConvolutionShape>> = {
  "channels that don't fill their blocks": odd,
  "single pixels": { ...odd, kernel: [1, 1], pads: [0, 0] },
  "single pixels, few of them": { ...odd, size: [1, 2], outputSize: [1, 2], kernel: [1, 1], pads: [0, 0] },
  "single pixels, one of them": { ...odd, size: [1, 1], outputSize: [1, 1], kernel: [1, 1], pads: [0, 0] },
  "every second pixel": { ...odd, outputSize: [5, 6], kernel: [1, 1], strides: [2, 2], pads: [0, 0] },
  "strides of two": { ...odd, outputSize: [5, 6], strides: [2, 2] },
  "another stride for each axis": { ...odd, outputSize: [5, 11], strides: [2, 1] },
  "a dilation": { ...odd, outputSize: [7, 9], dilations: [2, 2] },
  "no padding": { ...odd, outputSize: [7, 9], pads: [0, 0] },
  "padding below and right alone": { ...odd, pads: [0, 0] },
  "more padding on one side": { ...odd, outputSize: [10, 12], pads: [2, 1] },
  "a row for a kernel": { ...odd, outputSize: [9, 9], kernel: [1, 3], pads: [0, 0] },
  "a column for a kernel": { ...odd, outputSize: [7, 11], kernel: [3, 1], pads: [0, 0] },
  "a large kernel on a small image": { ...odd, size: [3, 2], outputSize: [3, 2], kernel: [7, 7], pads: [3, 3] },
  "one column": { ...odd, size: [9, 1], outputSize: [9, 1] },
  "seven by seven": { ...odd, batch: 1, size: [7, 7], outputSize: [7, 7], outputChannels: 128 },
  "a wide image": { ...odd, batch: 1, size: [2, 61], outputSize: [2, 61], outputChannels: 16 },
  "groups of blocks": { ...odd, channels: 96, outputChannels: 144, groups: 3 },
  "groups that aren't whole blocks": { ...odd, channels: 20, outputChannels: 36, groups: 4 },
}

const gpuShapes: typeof shapes = {
  ...shapes,
  "groups of four channels": { ...odd, channels: 32, outputChannels: 32, groups: 8 },
  "single pixels in groups": { ...odd, channels: 60, outputChannels: 36, kernel: [1, 1], pads: [0, 0], groups: 3 },
  "groups as wide as a tile": { ...odd, channels: 64, outputChannels: 128, groups: 2 },
  "a large image": { ...odd, batch: 1, channels: 33, size: [19, 17], outputSize: [19, 17], outputChannels: 130 },
}

describe.skipIf(missingDriver("pocl"))("a convolution", () => {
  let runner: KernelRunner
  beforeAll(() => {
    runner = createKernelRunner()
  })
  afterAll(() => runner.release())

  const widths = [4, ...vectorWidths] as const
  describe.each(widths)("in vectors of %i", (vectorWidth) => {
    it.each(triedIn(Object.keys(shapes), vectorWidth, widths))("of %s", async (name) => {
      const shape = shapes[name] as ConvolutionShape
      const layer = convolution(deviceOf(vectorWidth), shape, { input: "blocked", bias: true, epilogue: noEpilogue })
      expect(await errorOfLayer(runner, shape, layer)).toBeLessThan(1e-6)
    })

    it("hands its results to an epilogue, which knows their channel", async () => {
      const { epilogue, after } = reluPlusChannel
      const layer = convolution(deviceOf(vectorWidth), odd, { input: "blocked", bias: true, epilogue })
      expect(await errorOfLayer(runner, odd, layer, { after })).toBeLessThan(1e-6)
    })
  })

  it.each([1, 3])("of a plain image of %i channels", async (channels) => {
    const shape: ConvolutionShape = { ...odd, channels, size: [40, 37], outputSize: [20, 19], strides: [2, 2] }
    const layer = convolution(deviceOf(16), shape, { input: "plain", bias: true, epilogue: noEpilogue })
    expect(await errorOfLayer(runner, shape, layer, { input: "plain" })).toBeLessThan(1e-6)
  })

  describe("in groups that share memory", () => {
    const { convolutionMethods, convolution } = kernelsFor(gpu)
    const names = convolutionMethods(odd, "blocked").map(nameOfMethod)
    const { epilogue, after } = reluPlusChannel
    type Settings = Parameters<typeof convolution>[2]
    const make = (shape: ConvolutionShape, name: string, settings: Settings) => {
      const method = convolutionMethods(shape, settings.input).find((one) => nameOfMethod(one) === name)
      return method && convolution(shape, method, settings)
    }

    const tilesOf = (shape: ConvolutionShape) => convolutionMethods(shape, "blocked").map(nameOfMethod)
    /** What a tile can, in the fast form the first shape by all, and any other by one. */
    const triedBy = (tile: string) =>
      Object.keys(gpuShapes).filter((name, index) => {
        const tiles = tilesOf(gpuShapes[name] as ConvolutionShape)
        return tiles.includes(tile) && (isFull || index === 0 || tiles[index % tiles.length] === tile)
      })

    describe.each(names)("by %s", (tile) => {
      it.each(triedBy(tile))("of %s", async (name) => {
        const shape = gpuShapes[name] as ConvolutionShape
        const layer = make(shape, tile, { input: "blocked", bias: true, epilogue }) as WeightedKernels
        expect(await errorOfLayer(runner, shape, layer, { after })).toBeLessThan(1e-6)
      })

      const plainChannels = [1, 3].filter((_, index) => isFull || names.indexOf(tile) % 2 === index)
      it.each(plainChannels)("of a plain image of %i channels, without a bias", async (channels) => {
        const shape: ConvolutionShape = { ...odd, channels, size: [40, 37], outputSize: [20, 19], strides: [2, 2] }
        const layer = make(shape, tile, { input: "plain", bias: false, epilogue: noEpilogue }) as WeightedKernels
        expect(await errorOfLayer(runner, shape, layer, { input: "plain", bias: false })).toBeLessThan(1e-6)
      })
    })

    it("has a tile for any groups, and all where there is one group: a tile has channels of one", () => {
      for (const shape of Object.values(gpuShapes)) {
        expect(tilesOf(shape).length).toBeGreaterThan(0)
        if (shape.groups === 1) expect(tilesOf(shape).sort()).toEqual(names.toSorted())
      }
    })
  })

  it("without a bias", async () => {
    const layer = convolution(deviceOf(16), odd, { input: "blocked", bias: false, epilogue: noEpilogue })
    expect(await errorOfLayer(runner, odd, layer, { bias: false })).toBeLessThan(1e-6)
  })
})
