import { missingDriver } from "@strongroom/test-machine"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { ConvolutionShape } from "../../src/kernels/convolution.js"
import { type ConvolutionMethod, convolutionMethods } from "../../src/kernels/convolution-methods.js"
import { imageConvolution } from "../../src/kernels/image-convolution.js"
import { noEpilogue } from "../../src/kernels/kernel-call.js"
import { errorOfLayer } from "./error-of-layer.js"
import { createKernelRunner, type KernelRunner } from "./kernel-runner.js"
import { deviceOf } from "./vector-widths.js"

const settings = { input: "blocked", bias: true, epilogue: noEpilogue } as const
const plain: ConvolutionShape = {
  batch: 1,
  channels: 32,
  size: [14, 14],
  outputChannels: 32,
  outputSize: [14, 14],
  kernel: [3, 3],
  strides: [1, 1],
  dilations: [1, 1],
  pads: [1, 1],
  groups: 1,
}
const pointwise: ConvolutionShape = { ...plain, kernel: [1, 1], pads: [0, 0] }
const large: ConvolutionShape = { ...plain, channels: 512, outputChannels: 512 }

const families: readonly (readonly [string, ConvolutionShape, ConvolutionMethod["family"]])[] = [
  ["single pixels", pointwise, "sums"],
  ["strides", { ...plain, outputSize: [7, 7], strides: [2, 2] }, "sums"],
  ["three by three", plain, "winograd-whole"],
  ["three by three, with more weights than caches hold", large, "winograd-strips"],
  [
    "three by three, with more weights than a small image is worth",
    { ...large, size: [7, 7], outputSize: [7, 7] },
    "sums",
  ],
  ["groups of blocks", { ...plain, groups: 2 }, "sums"],
  ["groups of single channels", { ...plain, groups: 32 }, "depthwise"],
  ["single pixels in small groups", { ...pointwise, groups: 4 }, "grouped-pointwise"],
  ["small groups", { ...plain, groups: 4 }, "sums"],
]

describe.skipIf(missingDriver("pocl"))("a convolution by the family that is soonest", () => {
  let runner: KernelRunner
  beforeAll(() => {
    runner = createKernelRunner()
  })
  afterAll(() => runner.release())

  it.each(families)("of %s", async (_name, shape, family) => {
    const [method] = convolutionMethods(deviceOf(16), shape, "blocked")
    expect(method?.family).toBe(family)
    const layer = imageConvolution(deviceOf(16), shape, method as ConvolutionMethod, settings)
    expect(await errorOfLayer(runner, shape, layer)).toBeLessThan(2e-5)
  })

  it("of a plain image", async () => {
    const shape: ConvolutionShape = { ...plain, channels: 3 }
    const [method] = convolutionMethods(deviceOf(16), shape, "plain")
    const layer = imageConvolution(deviceOf(16), shape, method as ConvolutionMethod, { ...settings, input: "plain" })
    expect(await errorOfLayer(runner, shape, layer, { input: "plain" })).toBeLessThan(1e-6)
  })
})
