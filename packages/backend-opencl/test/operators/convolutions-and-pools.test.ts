import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { createNetworkRunner, floats, integers, kernelKinds, tensor } from "./network-runner.js"

const why = missingDriver("pocl")
const count = (length: number) => Array.from({ length }, (_, index) => index + 1)

describe.skipIf(why).each(kernelKinds)(
  `Convolutions and pools, by kernels of a %s${why ? ` (not here: ${why})` : ""}`,
  (kernels) => {
    const runner = createNetworkRunner(kernels)
    afterAll(() => runner.release())

    it("A transposed convolution adds up what each input spreads, group by group.", async () => {
      const x = tensor("float32", [1, 2, 3], [1, 2, 3, 4, 5, 6])
      const weights = tensor("float32", [2, 1, 3], [1, 10, 100, 2, 20, 200])
      const attributes = { group: 2, strides: [2], pads: [1, 0] }
      const [y] = await runner.node("ConvTranspose", 11, [x, weights, floats(0.5, -0.5)], attributes)
      // Whole, they are 1 10 102 20 203 30 300 and 8 80 810 100 1012 120 1200.
      expect(y).toEqual(
        tensor("float32", [1, 2, 6], [10.5, 102.5, 20.5, 203.5, 30.5, 300.5, 79.5, 809.5, 99.5, 1011.5, 119.5, 1199.5]),
      )
    })

    it("Where windows of a transposed convolution lie side by side, values are only put in their places.", async () => {
      const x = tensor("float32", [1, 1, 1, 2], [1, 2])
      const weights = tensor("float32", [1, 1, 2, 2], [1, 10, 100, 1000])
      const [y] = await runner.node("ConvTranspose", 11, [x, weights], { strides: [2, 2] })
      expect(y).toEqual(tensor("float32", [1, 1, 2, 4], [1, 10, 2, 20, 100, 1000, 200, 2000]))
    })

    it("Indices of the largest count rows or columns first, over all channels.", async () => {
      const x = tensor("float32", [1, 2, 2, 3], [1, 2, 9, 4, 5, 6, 7, 1, 1, 1, 1, 8])
      const attributes = { kernel_shape: [2, 2] }
      const [largest, rows] = await runner.node("MaxPool", 12, [x], attributes, 2)
      expect(largest?.elements).toEqual([5, 9, 7, 8])
      expect(rows).toEqual(tensor("int64", [1, 2, 1, 2], [4n, 2n, 6n, 11n]))
      const [, columns] = await runner.node("MaxPool", 12, [x], { ...attributes, storage_order: 1 }, 2)
      expect(columns?.elements).toEqual([3n, 4n, 6n, 11n])
    })

    it("Indices outside of their plane put nothing anywhere.", async () => {
      const x = tensor("float32", [1, 2, 1, 2], [1, 2, 3, 4])
      const indices = tensor("int64", [1, 2, 1, 2], [3n, 2n ** 62n, -1n, 6n])
      const attributes = { kernel_shape: [2, 2], strides: [2, 1] }
      const [y] = await runner.node("MaxUnpool", 11, [x, indices], attributes)
      expect(y).toEqual(tensor("float32", [1, 2, 2, 3], [0, 0, 0, 1, 0, 0, 4, 0, 0, 0, 0, 0]))
      await expect(runner.node("MaxUnpool", 11, [x, indices, integers(1, 2, 2)], attributes)).rejects.toThrow("shape")
    })

    it("GlobalLpPool has the root of all of a channel's powers.", async () => {
      const x = tensor("float32", [1, 2, 2, 2], [3, -4, 0, 0, 1, -2, 2, 0])
      const pooled = async (p: number) => (await runner.node("GlobalLpPool", 2, [x], { p }))[0]
      expect((await pooled(2))?.shape).toEqual([1, 2, 1, 1])
      expect((await pooled(1))?.elements).toEqual([7, 5])
      expect((await pooled(2))?.elements.map((value) => Math.fround(Number(value)).toFixed(4))).toEqual([
        "5.0000",
        "3.0000",
      ])
    })

    it("Offsets that lead far outside, or nowhere, read nothing.", async () => {
      const x = tensor("float32", [1, 1, 2, 2], [1, 2, 3, 4])
      const weights = tensor("float32", [1, 1, 1, 1], [1])
      const far = [0, 1e30, -1e30, Number.NaN]
      const offsets = tensor("float32", [1, 2, 2, 2], [...far, 0, 0, 0, 0])
      const [y] = await runner.node("DeformConv", 19, [x, weights, offsets])
      expect(y?.elements).toEqual([1, 0, 0, 0])
    })

    it("Weights that don't fit are refused.", async () => {
      const x = tensor("float32", [1, 2, 3], count(6))
      const weights = tensor("float32", [3, 1, 3], count(9))
      await expect(runner.node("Conv", 11, [x, weights])).rejects.toThrow("fit")
      await expect(runner.node("ConvTranspose", 11, [x, weights])).rejects.toThrow("fit")
      await expect(runner.node("Conv", 11, [x, weights], { group: 0 })).rejects.toThrow("fit")
    })
  },
)
