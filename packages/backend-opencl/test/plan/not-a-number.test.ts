import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { createNetworkRunner, kernelKinds, node } from "../operators/network-runner.js"
import { each, filled, unchanged } from "./filled.js"

const why = missingDriver("pocl")
const { NaN: nan } = Number

describe.skipIf(why).each(kernelKinds)(
  `NaN in images, by kernels of a %s${why ? ` (not here: ${why})` : ""}`,
  (kernels) => {
    const runner = createNetworkRunner(kernels)
    afterAll(() => runner.release())

    it("What lies in the lanes above the last channel reaches no result.", async () => {
      // Zeros there become infinities, and their sum NaN.
      const channels = 24
      const x = filled([1, channels, 3, 3], (index) => (index % 7) + 1)
      const nodes = [
        node("Conv", ["x", "w"], ["image"]),
        node("Relu", ["image"], ["positive"]),
        node("Log", ["positive"], ["logarithm"]),
        node("Reciprocal", ["positive"], ["reciprocal"]),
        node("Add", ["logarithm", "reciprocal"], ["sum"]),
        node("Conv", ["sum", "w"], ["y"]),
        node("GlobalAveragePool", ["sum"], ["mean"]),
        node("Concat", ["sum", "y"], ["joined"], { axis: 1 }),
        node("Conv", ["joined", "wide"], ["z"]),
      ]
      const constants = {
        w: unchanged(channels, 1, 1),
        wide: filled([channels, 2 * channels, 1, 1], (index) =>
          index % (2 * channels) === Math.floor(index / (2 * channels)) ? 1 : 0,
        ),
      }
      const [y, mean, z] = await runner.run(nodes, { inputs: { x }, constants, outputs: ["y", "mean", "z"] })
      const expected = each(x, (value) => Math.log(value) + 1 / value)
      const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 4))
      expect(y?.elements).toEqual(close(expected))
      expect(z?.elements).toEqual(close(expected))
      const means = Array.from({ length: channels }, (_, channel) => {
        return expected.slice(channel * 9, channel * 9 + 9).reduce((sum, one) => sum + one, 0) / 9
      })
      expect(mean?.elements).toEqual(close(means))
    })

    it("The largest of a window with NaN is NaN, in the plain layout and in blocks.", async () => {
      const channels = 16
      const x = filled([1, channels, 1, 4], (index) => (index % 4 === 1 ? nan : index % 4))
      const pool = (from: string, to: string) => node("MaxPool", [from], [to], { kernel_shape: [1, 2] })
      const nodes = [
        pool("x", "plain"),
        node("Conv", ["x", "ones"], ["image"], { group: channels }),
        pool("image", "y"),
      ]
      const constants = { ones: filled([channels, 1, 1, 1], () => 1) }
      const [plain, blocked] = await runner.run(nodes, { inputs: { x }, constants, outputs: ["plain", "y"] })
      const expected = Array.from({ length: channels }, () => [nan, nan, 3]).flat()
      expect(plain?.elements).toEqual(expected)
      expect(blocked?.elements).toEqual(expected)
    })
  },
)
