import { missingDriver } from "@strongroom/test-machine"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { ConvolutionShape } from "../../src/kernels/convolution.js"
import { noEpilogue } from "../../src/kernels/kernel-call.js"
import { fitsTransposedToPlain, transposedToPlain } from "../../src/kernels/transposed-to-plain.js"
import { triedIn } from "../fast-form.js"
import { errorOfLayer } from "./error-of-layer.js"
import { createKernelRunner, type KernelRunner } from "./kernel-runner.js"
import { plainTransposedConvolution as reference } from "./plain-transposed-convolution.js"
import { reluPlusChannel } from "./relu-plus-channel.js"
import { deviceOf, vectorWidths } from "./vector-widths.js"

const odd: ConvolutionShape = {
  batch: 2,
  channels: 20,
  size: [5, 19],
  outputChannels: 1,
  outputSize: [10, 38],
  kernel: [2, 2],
  strides: [2, 2],
  dilations: [1, 1],
  pads: [0, 0],
  groups: 1,
}

const shapes: Readonly<Record<string, ConvolutionShape>> = {
  "one channel": odd,
  "as many channels as fit": { ...odd, outputChannels: 4 },
  "patches of another size for each axis": { ...odd, outputSize: [5, 57], kernel: [1, 3], strides: [1, 3] },
  groups: { ...odd, outputChannels: 2, groups: 2 },
  "a narrow image": { ...odd, size: [5, 3], outputSize: [10, 6] },
}

describe.skipIf(missingDriver("pocl"))("a transposed convolution to the plain layout", () => {
  let runner: KernelRunner
  beforeAll(() => {
    runner = createKernelRunner()
  })
  afterAll(() => runner.release())

  describe.each(vectorWidths)("in vectors of %i", (vectorWidth) => {
    it.each(triedIn(Object.keys(shapes), vectorWidth, vectorWidths))("of %s", async (name) => {
      const shape = shapes[name] as ConvolutionShape
      const { epilogue, after } = reluPlusChannel
      const layer = transposedToPlain(deviceOf(vectorWidth), shape, { bias: true, epilogue })
      expect(await errorOfLayer(runner, shape, layer, { reference, output: "plain", after })).toBeLessThan(1e-6)
    })
  })

  it("without a bias", async () => {
    const layer = transposedToPlain(deviceOf(16), odd, { bias: false, epilogue: noEpilogue })
    const error = await errorOfLayer(runner, odd, layer, { reference, output: "plain", bias: false })
    expect(error).toBeLessThan(1e-6)
  })

  it("is for small patches that lie side by side", () => {
    expect(fitsTransposedToPlain(odd)).toBe(true)
    expect(fitsTransposedToPlain({ ...odd, outputChannels: 5 })).toBe(false)
    expect(fitsTransposedToPlain({ ...odd, outputSize: [9, 37], kernel: [3, 3], pads: [1, 1] })).toBe(false)
  })
})
