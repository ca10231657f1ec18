import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { createNetworkRunner, floats, tensor } from "./network-runner.js"

const why = missingDriver("pocl")
const one = (value: number) => tensor("float32", [], [value])
const bytes = (shape: readonly number[], ...elements: number[]) => tensor("uint8", shape, elements)

describe.skipIf(why)(`Quantised operators${why ? ` (not here: ${why})` : ""}`, () => {
  const runner = createNetworkRunner()
  afterAll(() => runner.release())

  it("Halves go to even, before the zero point is added, and what is too large stays within the type.", async () => {
    const x = floats(0.5, 1.5, 2.5, -0.5, -1.5, 1e30, -1e30, Number.POSITIVE_INFINITY)
    const [y] = await runner.node("QuantizeLinear", 13, [x, one(1), tensor("int8", [], [3])])
    expect(y).toEqual(tensor("int8", [8], [3, 5, 5, 3, 1, 127, -128, 127]))
  })

  it("Scales are of an axis, from either end, or of blocks of which the last may be shorter.", async () => {
    const x = tensor("int8", [2, 3], [1, 2, 3, 4, 5, 6])
    const [axis] = await runner.node("DequantizeLinear", 13, [x, floats(1, 10)], { axis: -2 })
    expect(axis?.elements).toEqual([1, 2, 3, 40, 50, 60])
    const blocks = tensor("float32", [2, 2], [1, 10, 100, 1000])
    const [blocked] = await runner.node("DequantizeLinear", 21, [x, blocks], { axis: 1, block_size: 2 })
    expect(blocked?.elements).toEqual([1, 2, 30, 400, 500, 6000])
    await expect(runner.node("DequantizeLinear", 13, [x, floats(1, 10)])).rejects.toThrow("fit")
    await expect(runner.node("DequantizeLinear", 21, [x, blocks], { axis: 1, block_size: 1 })).rejects.toThrow("fit")
  })

  it("Products are exact where floats wouldn't be.", async () => {
    // 255 x 255 x 1000 is beyond what float32 counts.
    const [a, b] = [bytes([1, 1000], ...new Array(1000).fill(255)), bytes([1000, 1], ...new Array(999).fill(255), 254)]
    const [y] = await runner.node("MatMulInteger", 10, [a, b])
    expect(y).toEqual(tensor("int32", [1, 1], [255 * 255 * 1000 - 255]))
  })

  it("Padding of a convolution stands for 0, whatever the zero point.", async () => {
    const x = bytes([1, 1, 3], 130, 129, 128)
    const weights = tensor("int8", [2, 1, 3], [1, 1, 1, 2, 2, 2])
    const scales = [floats(0.5, 0.25), tensor("int8", [2], [0, 0])]
    const given = [x, one(1), bytes([], 128), weights, ...scales, one(0.5), bytes([], 100)]
    const [y] = await runner.node("QLinearConv", 10, given, { pads: [1, 1] })
    expect(y).toEqual(bytes([1, 2, 3], 103, 103, 101, 103, 103, 101))
  })

  it("A tensor of zeros is quantised by a scale that isn't 0.", async () => {
    const [y, scale, zero] = await runner.node("DynamicQuantizeLinear", 11, [floats(0, 0)], {}, 3)
    expect([y?.elements, scale?.elements, zero?.elements]).toEqual([[0, 0], [1], [0]])
  })
})
