import { missingDriver } from "@strongroom/test-machine"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type ConvolutionShape, convolution } from "../../src/kernels/convolution.js"
import { type ConvolutionMethod, convolutionMethods } from "../../src/kernels/convolution-methods.js"
import { depthwise } from "../../src/kernels/depthwise.js"
import { groupedPointwise } from "../../src/kernels/grouped-pointwise.js"
import { imageConvolution } from "../../src/kernels/image-convolution.js"
import { noEpilogue } from "../../src/kernels/kernel-call.js"
import type { KernelDevice } from "../../src/kernels/kernel-device.js"
import { winogradInStrips } from "../../src/kernels/winograd-strips.js"
import { winogradAsWhole } from "../../src/kernels/winograd-whole.js"
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

type Family = (device: ReturnType<typeof deviceOf>, shape: ConvolutionShape) => ReturnType<typeof convolution>

const direct: Family = (device, shape) => convolution(device, shape, settings)
const families: readonly (readonly [string, ConvolutionShape, Family])[] = [
  ["single pixels", pointwise, direct],
  ["strides", { ...plain, outputSize: [7, 7], strides: [2, 2] }, direct],
  ["three by three", plain, (device, shape) => winogradAsWhole(device, shape, settings)],
  [
    "three by three, with more weights than caches hold",
    large,
    (device, shape) => winogradInStrips(device, shape, settings),
  ],
  [
    "three by three, with more weights than a small image is worth",
    { ...large, size: [7, 7], outputSize: [7, 7] },
    direct,
  ],
  ["groups of blocks", { ...plain, groups: 2 }, direct],
  ["groups of single channels", { ...plain, groups: 32 }, (device, shape) => depthwise(device, shape, settings)],
  [
    "single pixels in small groups",
    { ...pointwise, groups: 4 },
    (device, shape) => groupedPointwise(device, { ...shape, pixels: 14 * 14, shuffle: 1 }, settings),
  ],
  ["small groups", { ...plain, groups: 4 }, direct],
]

function soonestConvolution(device: KernelDevice, shape: ConvolutionShape, { input, ...others }: Settings) {
  const [method] = convolutionMethods(device, shape, input)
  return imageConvolution(device, shape, method as ConvolutionMethod, { input, ...others })
}

type Settings = Parameters<typeof imageConvolution>[3]

describe.skipIf(missingDriver("pocl"))("a convolution by the family that is soonest", () => {
  let runner: KernelRunner
  beforeAll(() => {
    runner = createKernelRunner()
  })
  afterAll(() => runner.release())

  it.each(families)("of %s", async (_name, shape, family) => {
    const device = deviceOf(16)
    const layer = soonestConvolution(device, shape, settings)
    expect(layer).toEqual(family(device, shape))
    expect(await errorOfLayer(runner, shape, layer)).toBeLessThan(2e-5)
  })

  it("of a plain image", async () => {
    const shape: ConvolutionShape = { ...plain, channels: 3 }
    const layer = soonestConvolution(deviceOf(16), shape, { ...settings, input: "plain" })
    expect(await errorOfLayer(runner, shape, layer, { input: "plain" })).toBeLessThan(1e-6)
  })
})
