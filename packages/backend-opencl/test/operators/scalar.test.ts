import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { createNetworkRunner, floats, tensor } from "./network-runner.js"

const why = missingDriver("pocl")

describe.skipIf(why)(`Scalar operators${why ? ` (not here: ${why})` : ""}`, () => {
  const runner = createNetworkRunner()
  afterAll(() => runner.release())
  const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

  // By the series for small x, and a continued fraction for large: Abramowitz and Stegun, 7.1.5 and 7.1.14.
  function erf(x: number): number {
    const size = Math.abs(x)
    if (size < 3) {
      let [sum, term] = [size, size]
      for (let n = 1; n < 80; n += 1) {
        term *= -(size * size) / n
        sum += term / (2 * n + 1)
      }
      return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI)
    }
    let fraction = size
    for (let n = 60; n >= 1; n -= 1) fraction = size + n / 2 / fraction
    return Math.sign(x) * (1 - Math.exp(-size * size) / (fraction * Math.sqrt(Math.PI)))
  }

  it("Erf is within seven units in the last place, in vectors and one by one, and keeps NaN and infinities.", async () => {
    const values = Float32Array.from({ length: 1003 }, (_, index) => (index - 501) / 90)
    const special = [nan, infinity, -infinity, 0, 1e-30]
    const [result] = await runner.node("Erf", 13, [floats(...values, ...special)])
    const got = result?.elements as number[]
    for (const [index, x] of values.entries()) {
      expect(Math.abs((got[index] as number) - erf(x))).toBeLessThanOrEqual(
        7 * 2 ** -24 * Math.max(Math.abs(erf(x)), 1e-6),
      )
    }
    expect(got.slice(1003)).toEqual([nan, 1, -1, 0, expect.closeTo(1.128379e-30, 35)])
  })

  it("Activations keep NaN, and neither overflow nor lose what is small.", async () => {
    const x = floats(nan, -1000, 1000, -1e-6, 1e-6, 100)
    const of = async (operator: string, attributes = {}) =>
      (await runner.node(operator, 20, [x], attributes))[0]?.elements
    const close = (...expected: readonly number[]) =>
      expected.map((one) => (Number.isNaN(one) ? nan : expect.closeTo(one, 9)))
    expect(await of("Softplus")).toEqual([nan, 0, 1000, expect.closeTo(Math.LN2, 5), expect.closeTo(Math.LN2, 5), 100])
    expect(await of("Mish")).toEqual(close(nan, 0, 1000, -0.6e-6, 0.6e-6, 100))
    expect(await of("Elu")).toEqual(close(nan, -1, 1000, -1e-6, 1e-6, 100))
    expect(await of("Gelu")).toEqual(close(nan, 0, 1000, -0.5e-6, 0.5e-6, 100))
    expect(await of("Gelu", { approximate: "tanh" })).toEqual(close(nan, 0, 1000, -0.5e-6, 0.5e-6, 100))
    expect(await of("ThresholdedRelu", { alpha: { float: 5 } })).toEqual([0, 0, 1000, 0, 0, 100])
  })

  it("Small floats are computed in wider ones.", async () => {
    const x = tensor("float16", [3], [0.5, -2, 3])
    const [selu] = await runner.node("Selu", 6, [x], {}, 1, "float16")
    expect(selu).toMatchObject({ type: "float16" })
    const expected = [0.5253505, -1.5201665, 3.152103]
    for (const [index, value] of expected.entries()) {
      expect(Math.abs((selu?.elements[index] as number) - value)).toBeLessThan(Math.abs(value) * 2 ** -11)
    }
  })

  it("Powers with a known exponent are those with a computed one; integers to fractions are computed as floats.", async () => {
    const [root] = await runner.node("Pow", 15, [tensor("int32", [2], [4, 9]), tensor("float32", [], [0.5])])
    expect(root).toEqual(tensor("int32", [2], [2, 3]))
    const [long] = await runner.node("Pow", 15, [floats(2, -3), tensor("int64", [], [3n])])
    expect(long?.elements).toEqual([8, -27])
  })

  it("By zero, and the least number by -1, nothing traps.", async () => {
    const a = tensor("int32", [3], [7, -(2 ** 31), -7])
    const b = tensor("int32", [3], [0, -1, 2])
    const of = async (operator: string, attributes = {}) =>
      (await runner.node(operator, 13, [a, b], attributes))[0]?.elements
    expect(await of("Div")).toEqual([0, -(2 ** 31), -3])
    expect(await of("Mod")).toEqual([0, 0, 1])
    expect(await of("Mod", { fmod: 1 })).toEqual([0, 0, -1])
  })

  it("Shifts by all bits and more give 0.", async () => {
    const [left] = await runner.node(
      "BitShift",
      11,
      [tensor("uint8", [3], [255, 255, 1]), tensor("uint8", [3], [4, 8, 200])],
      { direction: "LEFT" },
    )
    expect(left?.elements).toEqual([240, 0, 0])
    await expect(
      runner.node("BitShift", 11, [tensor("uint8", [1], [1]), tensor("uint8", [1], [1])], { direction: "UP" }),
    ).rejects.toThrow("direction")
  })

  it("PRelu before version 7 has a slope for each channel; a slope that is larger than its input is refused.", async () => {
    const x = tensor("float32", [1, 2, 2], [-1, 1, -1, -2])
    const [old] = await runner.node("PRelu", 6, [x, floats(2, 3)])
    expect(old?.elements).toEqual([-2, 1, -3, -6])
    const [now] = await runner.node("PRelu", 16, [x, floats(2, 3)])
    expect(now?.elements).toEqual([-2, 1, -2, -6])
    await expect(runner.node("PRelu", 16, [floats(1), floats(1, 2)])).rejects.toThrow("slope")
  })

  it("Casts wrap around as NumPy's do, and bfloat16 is rounded to even.", async () => {
    const [bytes] = await runner.node("Cast", 13, [floats(300, -1, 3.9)], { to: 2 })
    expect(bytes).toEqual(tensor("uint8", [3], [44, 255, 3]))
    const [brain] = await runner.node(
      "Cast",
      13,
      [floats(1 + 2 ** -8, 1 + 3 * 2 ** -8, nan)],
      { to: 16 },
      1,
      "bfloat16",
    )
    expect(brain).toEqual(tensor("bfloat16", [3], [1, 1 + 2 ** -6, nan]))
    await expect(runner.node("Cast", 13, [floats(1)], { to: 8 })).rejects.toThrow("a type that the OpenCL engine lacks")
  })
})
