import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { createNetworkRunner, kernelKinds, node } from "../operators/network-runner.js"
import { each, filled, numbered, unchanged } from "./filled.js"

const why = missingDriver("pocl")
const channels = 32

describe.skipIf(why).each(kernelKinds)(
  `What is computed with images, by kernels of a %s${why ? ` (not here: ${why})` : ""}`,
  (kernels) => {
    const runner = createNetworkRunner(kernels)
    afterAll(() => runner.release())

    const sizes: readonly (readonly number[])[] = [[4, 4], [1, 1], [8], [1]]
    for (const size of sizes) {
      const shape = [1, channels, ...size]
      const kernel = size.map(() => 1)
      const x = numbered(...shape)
      const pixels = size.reduce((product, length) => product * length, 1)
      const convolved = node("Conv", ["x", "w"], ["blocked"])
      const w = unchanged(channels, ...kernel)

      it(`An input without a batch is added to an image of ${size.join(" x ")} row by row.`, async () => {
        const added = filled([channels, ...size], (index) => index * 1000)
        const nodes = [convolved, node("Add", ["blocked", "added"], ["y"])]
        const [y] = await runner.run(nodes, { inputs: { x, added }, constants: { w }, outputs: ["y"] })
        expect(y?.elements).toEqual(each(x, (value, index) => value + index * 1000))
      })

      it(`A constant of each channel is added to an image of ${size.join(" x ")}.`, async () => {
        const added = filled([channels, ...kernel], (index) => index * 1000)
        const nodes = [convolved, node("Add", ["blocked", "added"], ["y"])]
        const [y] = await runner.run(nodes, { inputs: { x }, constants: { w, added }, outputs: ["y"] })
        expect(y?.elements).toEqual(each(x, (value, index) => value + Math.floor(index / pixels) * 1000))
      })

      it(`A batch normalisation takes its channels from an image of ${size.join(" x ")}.`, async () => {
        const constants = {
          w,
          scale: filled([channels], () => 2),
          bias: filled([channels], (index) => 100 + index),
          mean: filled([channels], () => 0),
          variance: filled([channels], () => 1),
        }
        const inputs = ["blocked", "scale", "bias", "mean", "variance"]
        const nodes = [convolved, node("BatchNormalization", inputs, ["y"], { epsilon: { float: 0 } })]
        const [y] = await runner.run(nodes, { inputs: { x }, constants, outputs: ["y"] })
        expect(y?.elements).toEqual(each(x, (value, index) => value * 2 + 100 + Math.floor(index / pixels)))
      })

      it(`A transposed convolution adds its bias to an image of ${size.join(" x ")}.`, async () => {
        const bias = filled([channels], (index) => 100 + index)
        const nodes = [node("ConvTranspose", ["x", "w", "bias"], ["y"])]
        const [y] = await runner.run(nodes, { inputs: { x }, constants: { w, bias }, outputs: ["y"] })
        expect(y?.elements).toEqual(each(x, (value, index) => value + 100 + Math.floor(index / pixels)))
      })
    }
  },
)
