import type { RawTensor } from "@strongroom/core/backend"
import { expect, it } from "vitest"
import { compare } from "../src/compare.js"

const tolerance = { relative: 1e-3, absolute: 1e-7 }
const float32 = (...values: number[]): RawTensor => ({
  type: "float32",
  shape: [values.length],
  data: new Uint8Array(Float32Array.from(values).buffer),
})
const bits = (type: "float16" | "bfloat16", ...patterns: number[]): RawTensor => ({
  type,
  shape: [patterns.length],
  data: new Uint8Array(Uint16Array.from(patterns).buffer),
})
const same = (actual: RawTensor, expected: RawTensor) => compare(actual, expected, tolerance).equal

it("numbers are equal within the tolerance, which is relative to what is expected", () => {
  expect(same(float32(1000.9), float32(1000))).toBe(true)
  expect(same(float32(1001.1), float32(1000))).toBe(false)
  expect(same(float32(5e-8), float32(0))).toBe(true)
  expect(same(float32(2e-7), float32(0))).toBe(false)
  // Halves of 1 and of a little more: 0x3c00 and 0x3c01 are 1/1024 apart, 0x3f80 and 0x3f81 are 1/128.
  expect(same(bits("float16", 0x3c01), bits("float16", 0x3c00))).toBe(true)
  expect(same(bits("bfloat16", 0x3f81), bits("bfloat16", 0x3f80))).toBe(false)
})

it("a NaN equals a NaN and an infinity one of its sign, and neither any number", () => {
  const { NaN: nan, POSITIVE_INFINITY: infinity } = Number
  expect(same(float32(nan, infinity, -infinity), float32(nan, infinity, -infinity))).toBe(true)
  for (const [actual, expected] of [
    [nan, 1],
    [1, nan],
    [infinity, -infinity],
    [3e38, infinity],
    [infinity, 3e38],
    [nan, infinity],
  ] as const) {
    expect([actual, expected, same(float32(actual), float32(expected))]).toEqual([actual, expected, false])
  }
  expect(same(float32(-0), float32(0))).toBe(true)
})

it("integers, truths and texts are equal or not; types and shapes as well", () => {
  const int64 = (value: bigint): RawTensor => ({
    type: "int64",
    shape: [],
    data: new Uint8Array(BigInt64Array.of(value).buffer),
  })
  expect(same(int64(2n ** 53n), int64(2n ** 53n))).toBe(true)
  expect(same(int64(2n ** 53n + 1n), int64(2n ** 53n))).toBe(false)
  expect(same({ ...float32(1), shape: [1, 1] }, float32(1))).toBe(false)
  expect(
    same({ type: "uint8", shape: [1], data: Uint8Array.of(1) }, { type: "bool", shape: [1], data: Uint8Array.of(1) }),
  ).toBe(false)
  expect(same({ type: "string", shape: [1], data: ["a"] }, { type: "string", shape: [1], data: ["a"] })).toBe(true)
  expect(same({ type: "string", shape: [1], data: ["a"] }, { type: "string", shape: [1], data: ["b"] })).toBe(false)
})

it("the largest difference is told, also of what is equal", () => {
  expect(compare(float32(1, 2.5), float32(1, 2), tolerance)).toMatchObject({ equal: false, difference: 0.5 })
  expect(compare(float32(1000.5), float32(1000), tolerance)).toEqual({ equal: true, difference: 0.5 })
})
