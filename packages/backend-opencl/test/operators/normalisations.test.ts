import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { createNetworkRunner, floats, kernelKinds, tensor } from "./network-runner.js"

const why = missingDriver("pocl")
const rounded = (values: readonly (number | bigint)[] | undefined) =>
  values?.map((value) => Math.round(Number(value) * 1000) / 1000 + 0)

describe.skipIf(why).each(kernelKinds)(
  `Normalisations and folds, by kernels of a %s${why ? ` (not here: ${why})` : ""}`,
  (kernels) => {
    const runner = createNetworkRunner(kernels)
    afterAll(() => runner.release())

    it("A scale that broadcasts to a row isn't read beyond its end.", async () => {
      const x = tensor("float32", [2, 2], [1, 3, 2, 6])
      const [y] = await runner.node("LayerNormalization", 17, [x, floats(2), floats(1)])
      expect(rounded(y?.elements)).toEqual([-1, 3, -1, 3])
      await expect(runner.node("LayerNormalization", 17, [x, floats(1, 2, 3)])).rejects.toThrow()
    })

    it("Groups had a scale each, and since version 21 channels have.", async () => {
      const x = tensor("float32", [1, 4, 1], [1, 3, 2, 6])
      const of = (version: number, scale: readonly number[], bias: readonly number[]) =>
        runner.node("GroupNormalization", version, [x, floats(...scale), floats(...bias)], { num_groups: 2 })
      expect(rounded((await of(18, [1, 2], [0, 10]))[0]?.elements)).toEqual([-1, 1, 8, 12])
      expect(rounded((await of(21, [1, 2, 3, 4], [0, 0, 0, 10]))[0]?.elements)).toEqual([-1, 2, -3, 14])
      await expect(of(21, [1, 2], [0, 10])).rejects.toThrow("fit")
    })

    it("Before version 9 statistics could be of each place.", async () => {
      const x = tensor("float32", [1, 2, 2], [1, 2, 3, 4])
      const each = (value: number) => tensor("float32", [2, 2], new Array(4).fill(value))
      const given = [x, each(2), each(1), each(0), each(1)]
      const [y] = await runner.node("BatchNormalization", 7, given, { spatial: 0 })
      expect(rounded(y?.elements)).toEqual([3, 5, 7, 9])
      await expect(runner.node("BatchNormalization", 9, given)).rejects.toThrow("statistics")
    })

    it("Training gives the statistics that were, and those of now.", async () => {
      const x = tensor("float32", [2, 1, 2], [1, 3, 5, 7])
      const given = [x, floats(1), floats(0), floats(0), floats(1)]
      const [y, mean, variance] = await runner.node("BatchNormalization", 15, given, { training_mode: 1 }, 3)
      expect(rounded(y?.elements)).toEqual([-1.342, -0.447, 0.447, 1.342])
      expect(rounded(mean?.elements)).toEqual([0.4])
      expect(rounded(variance?.elements)).toEqual([1.4])
    })

    it("An even number of channels has one more after than before.", async () => {
      const x = tensor("float32", [1, 4, 1], [1, 2, 3, 4])
      const of = { alpha: { float: 2 }, beta: { float: 1 }, bias: { float: 0 } }
      const [y] = await runner.node("LRN", 13, [x], { size: 2, ...of })
      expect(rounded(y?.elements)).toEqual(
        [1 / 5, 2 / 13, 3 / 25, 4 / 16].map((value) => Math.round(value * 1000) / 1000),
      )
    })

    it("What is infinite stays so in a logarithm of exponentials, and of nothing it is -Infinity.", async () => {
      const infinity = Number.POSITIVE_INFINITY
      const x = tensor("float32", [4, 2], [1000, 1000, -infinity, -infinity, infinity, 0, -infinity, 3])
      const [y] = await runner.node("ReduceLogSumExp", 13, [x], { axes: [-1], keepdims: 0 })
      expect(rounded(y?.elements)).toEqual([1000.693, -infinity, infinity, 3])
      const [none] = await runner.node("ReduceLogSumExp", 13, [tensor("float32", [2, 0], [])], {
        axes: [1],
        keepdims: 0,
      })
      expect(none?.elements).toEqual([-infinity, -infinity])
    })

    it("Squares of small floats are summed in larger ones.", async () => {
      const x = tensor("float16", [2], [30000, 40000])
      const [y] = await runner.node("ReduceL2", 13, [x], { keepdims: 0 }, 1, "float16")
      expect(y?.elements).toEqual([49984])
    })

    it("No length is divided by where it is 0.", async () => {
      const x = tensor("float32", [2, 2], [0, 0, 3, 4])
      const [y] = await runner.node("LpNormalization", 1, [x])
      expect(rounded(y?.elements)).toEqual([0, 0, 0.6, 0.8])
    })

    it.each([
      ["RMSNormalization", 23],
      ["SimplifiedLayerNormalization", 1],
    ])("%s divides by the root of the mean of squares, of the axes from one on.", async (operator, version) => {
      const x = tensor("float32", [2, 1, 2], [1, 7, 5, -5])
      const [y] = await runner.node(operator, version, [x, floats(1, 10)])
      expect(rounded(y?.elements)).toEqual([0.2, 14, 1, -10])
      const wide = tensor("float32", [2, 1, 2], [1, 1, 7, 7])
      const [whole] = await runner.node(operator, version, [wide, floats(1, 10)], { axis: 0 })
      expect(rounded(whole?.elements)).toEqual([0.2, 2, 1.4, 14])
      await expect(runner.node(operator, version, [x, floats(1, 2, 3)])).rejects.toThrow()
    })
  },
)
