import { missingDriver } from "@strongroom/test-machine"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { ConvolutionShape } from "../../src/kernels/convolution.js"
import { noEpilogue } from "../../src/kernels/kernel-call.js"
import { winogradInStrips } from "../../src/kernels/winograd-strips.js"
import { winogradAsWhole } from "../../src/kernels/winograd-whole.js"
import { triedIn } from "../fast-form.js"
import { errorOfLayer } from "./error-of-layer.js"
import { createKernelRunner, type KernelRunner } from "./kernel-runner.js"
import { reluPlusChannel } from "./relu-plus-channel.js"
import { deviceOf, vectorWidths } from "./vector-widths.js"

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
  "no padding": { ...odd, outputSize: [7, 9], pads: [0, 0] },
  "padding below and right alone": { ...odd, pads: [0, 0] },
  "more padding on one side": { ...odd, outputSize: [10, 12], pads: [2, 1] },
  "whole tiles": { ...odd, size: [8, 8], outputSize: [8, 8] },
  "one pixel": { ...odd, size: [1, 1], outputSize: [1, 1] },
  // 31 blocks of 36 vectors for each of 60 tiles are 4.3 MB for a row of them: no strip holds two.
  "several strips": { ...odd, batch: 1, channels: 1, size: [13, 240], outputSize: [13, 240], outputChannels: 480 },
}

/** Either way that it is computed. */
const ways: Readonly<Record<string, typeof winogradInStrips>> = {
  "in strips": winogradInStrips,
  "as a whole": winogradAsWhole,
}

/** Sums of transformed values cancel out: that costs about a digit. */
const tolerance = 1e-5

describe.skipIf(missingDriver("pocl"))("a convolution by Winograd's filtering", () => {
  let runner: KernelRunner
  beforeAll(() => {
    runner = createKernelRunner()
  })
  afterAll(() => runner.release())

  describe.each(Object.keys(ways))("%s", (way) => {
    const winograd = ways[way] as typeof winogradInStrips

    describe.each(vectorWidths)("in vectors of %i", (vectorWidth) => {
      it.each(triedIn(Object.keys(shapes), vectorWidth, vectorWidths))("of %s", async (name) => {
        const shape = shapes[name] as ConvolutionShape
        const { epilogue, after } = reluPlusChannel
        const layer = winograd(deviceOf(vectorWidth), shape, { bias: true, epilogue })
        expect(await errorOfLayer(runner, shape, layer, { after })).toBeLessThan(tolerance)
      })
    })

    it("without a bias", async () => {
      const layer = winograd(deviceOf(16), odd, { bias: false, epilogue: noEpilogue })
      expect(await errorOfLayer(runner, odd, layer, { bias: false })).toBeLessThan(tolerance)
    })
  })

  it("of a large image goes strip by strip", () => {
    const shape = shapes["several strips"] as ConvolutionShape
    const { calls } = winogradInStrips(deviceOf(16), shape, { bias: true, epilogue: noEpilogue })
    expect(calls.length).toBeGreaterThan(3)
  })
})
