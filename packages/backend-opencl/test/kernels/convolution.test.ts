import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type ConvolutionShape, convolution } from "../../src/kernels/convolution.js"
import { type Epilogue, noEpilogue } from "../../src/kernels/kernel-call.js"
import type { KernelDevice } from "../../src/kernels/kernel-device.js"
import { blockedByteLength, toBlocked, toPlain } from "../../src/kernels/layout.js"
import { missing } from "../drivers.js"
import { createKernelRunner, type KernelRunner, randomFloats, relativeError } from "./kernel-runner.js"
import { plainConvolution } from "./plain-convolution.js"

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
}

const devices: readonly KernelDevice[] = ([4, 8, 16] as const).map((vectorWidth) => ({
  kind: "cpu",
  vectorWidth,
  computeUnits: 2,
}))

describe.skipIf(missing("pocl"))("a convolution", () => {
  let runner: KernelRunner
  beforeAll(() => {
    runner = createKernelRunner()
  })
  afterAll(() => runner.release())

  interface Case {
    readonly device: KernelDevice
    readonly input: "blocked" | "plain"
    readonly bias: boolean
    readonly epilogue: Epilogue
  }

  /** How far the device's result, brought back to the plain layout, is from the plain one. */
  async function errorOf(
    shape: ConvolutionShape,
    { device, input, bias: hasBias, epilogue }: Case,
    after: (value: number, channel: number) => number = (value) => value,
  ): Promise<number> {
    const { batch, channels, size, outputChannels, outputSize, kernel, groups } = shape
    const pixels = size[0] * size[1]
    const outputPixels = outputSize[0] * outputSize[1]
    const image = randomFloats(batch * channels * pixels, 2)
    const weights = randomFloats((outputChannels * channels * kernel[0] * kernel[1]) / groups, 3)
    const bias = hasBias ? randomFloats(outputChannels, 4) : undefined
    const made = convolution(device, shape, { input, bias: hasBias, epilogue })
    runner.set("input", image)
    if (input === "blocked") {
      runner.set("blocked", blockedByteLength(batch, channels, ...size) / 4)
      runner.run(toBlocked(batch, channels, pixels), { output: "blocked" })
    }
    runner.set("weights", weights)
    if (bias) runner.set("bias", bias)
    runner.set("packed", made.weights.byteLength / 4)
    runner.run(made.weights.pack, { input: "weights", output: "packed" })
    runner.set("result", blockedByteLength(batch, outputChannels, ...outputSize) / 4)
    runner.run(made.call, { input: input === "blocked" ? "blocked" : "input", weights: "packed", output: "result" })
    runner.set("output", batch * outputChannels * outputPixels)
    runner.run(toPlain(batch, outputChannels, outputPixels), { input: "result" })
    const expected = plainConvolution(shape, { input: image, weights, bias }).map((value, index) =>
      after(value, Math.floor(index / outputPixels) % outputChannels),
    )
    return relativeError(await runner.read("output"), expected)
  }

  const [, , wide] = devices as [KernelDevice, KernelDevice, KernelDevice]

  describe.each(devices)("in vectors of $vectorWidth", (device) => {
    it.each(Object.keys(shapes))("of %s", async (name) => {
      const shape = shapes[name] as ConvolutionShape
      const error = await errorOf(shape, { device, input: "blocked", bias: true, epilogue: noEpilogue })
      expect(error).toBeLessThan(1e-6)
    })
  })

  it.each([1, 3])("of a plain image of %i channels", async (channels) => {
    const shape: ConvolutionShape = { ...odd, channels, size: [40, 37], outputSize: [20, 19], strides: [2, 2] }
    const error = await errorOf(shape, { device: wide, input: "plain", bias: true, epilogue: noEpilogue })
    expect(error).toBeLessThan(1e-6)
  })

  it("without a bias", async () => {
    const error = await errorOf(odd, { device: wide, input: "blocked", bias: false, epilogue: noEpilogue })
    expect(error).toBeLessThan(1e-6)
  })

  it("hands its results to an epilogue, which knows their channel", async () => {
    const epilogue: Epilogue = {
      parameters: "",
      apply: (value, { channel, width }) => {
        const lanes = Array.from({ length: width }, (_, lane) => `${channel} + ${lane}`).join(", ")
        return `${value} = fmax(${value}, 0.0f) + convert_float${width}((int${width})(${lanes}));`
      },
    }
    const relu = (value: number, channel: number) => Math.max(value, 0) + channel
    for (const device of devices)
      expect(await errorOf(odd, { device, input: "blocked", bias: true, epilogue }, relu)).toBeLessThan(1e-6)
  })
})
