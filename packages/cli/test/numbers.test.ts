import { tensor } from "@strongroom/core"
import { describe, expect, it } from "vitest"
import { brainHalfToNumber, fractionToBrainHalf, fractionToHalf, halfToNumber, randomNumbers } from "../src/numbers.js"
import { summarise } from "../src/summary.js"

describe("16-bit floats", () => {
  it.each([
    [0x0000, 0],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65_504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e00, Number.NaN],
  ])("binary16 %i is %f", (pattern, value) => expect(halfToNumber(pattern)).toBe(value))

  it.each([
    [0x3f80, 1],
    [0xc000, -2],
    [0x7f80, Number.POSITIVE_INFINITY],
  ])("bfloat16 %i is %f", (pattern, value) => expect(brainHalfToNumber(pattern)).toBe(value))

  it("are made of every multiple of 1/1024", () => {
    for (let steps = 0; steps < 1024; steps += 1) {
      expect(halfToNumber(fractionToHalf(steps / 1024))).toBe(steps / 1024)
    }
    expect(brainHalfToNumber(fractionToBrainHalf(0.5))).toBe(0.5)
  })
})

it("makes the same noise from the same seed", () => {
  const noise = (seed: number) => Array.from({ length: 1000 }, randomNumbers(seed))
  expect(noise(1)).toEqual(noise(1))
  expect(noise(1)).not.toEqual(noise(2))
  expect(noise(3).every((value) => value >= 0 && value < 1)).toBe(true)
  expect(noise(4).reduce((sum, value) => sum + value, 0) / 1000).toBeCloseTo(0.5, 1)
})

describe("summaries", () => {
  it.each([
    ["float32", tensor("float32", [2, 3], [3, -1, 2, 0, 5, 9]), { min: -1, max: 9, mean: 3, first: [3, -1, 2, 0, 5] }],
    [
      "int64",
      tensor("int64", [2], [2n ** 62n, 1n]),
      { min: 1n, max: 2n ** 62n, mean: 2 ** 61, first: [2n ** 62n, 1n] },
    ],
    ["int4", tensor("int4", [3], [-8, 7, -1]), { min: -8, max: 7, mean: -2 / 3, first: [-8, 7, -1] }],
    ["uint4", tensor("uint4", [3], [15, 0, 3]), { min: 0, max: 15, mean: 6, first: [15, 0, 3] }],
    [
      "float16",
      tensor("float16", [2], Uint16Array.of(0x3c00, 0xc000)),
      { min: -2, max: 1, mean: -0.5, first: [1, -2] },
    ],
    ["bfloat16", tensor("bfloat16", [1], Uint16Array.of(0x3f80)), { min: 1, max: 1, mean: 1, first: [1] }],
    ["an empty tensor", tensor("float32", [0], []), { first: [] }],
    ["text", tensor("string", [2], ["a", "b"]), { first: ["a", "b"] }],
  ])("of %s", (_what, value, summary) => expect(summarise(value)).toEqual(summary))

  it("leave out what isn't finite, and count it", () => {
    const value = tensor("float32", [3], [1, Number.NaN, Number.POSITIVE_INFINITY])
    expect(summarise(value)).toEqual({
      min: 1,
      max: 1,
      mean: 1,
      notFinite: 2,
      first: [1, Number.NaN, Number.POSITIVE_INFINITY],
    })
  })
})
