import { randomBytes } from "node:crypto"
import { expect, it } from "vitest"
import { percent, size } from "../src/format.js"
import { shareOfValues } from "../src/values.js"

const bytesOf = (values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer)
const numbers = Array.from({ length: 1000 }, (_, index) => Math.sin(index + 1))

it("numbers are found in any order and at any offset, each once, and hardly by chance", () => {
  const model = [bytesOf(numbers)]
  const reversed = bytesOf([...numbers].reverse())
  expect(shareOfValues(model, Buffer.concat([Buffer.alloc(3), reversed, reversed]))).toBe(1)
  expect(shareOfValues(model, bytesOf(numbers.slice(0, 500)))).toBeCloseTo(0.5, 1)
  expect(shareOfValues(model, bytesOf(numbers.map((value) => value * 1.1)))).toBeLessThan(0.01)
  expect(shareOfValues(model, randomBytes(100_000))).toBeLessThan(0.01)
  // 1, 2 and 0.5 are everywhere.
  expect(shareOfValues([bytesOf([1, 2, 0.5])], bytesOf([1, 2, 0.5]))).toBe(0)
})

it("shares and sizes don't say more than is there", () => {
  expect([0, 0.0001, 0.001, 0.43722, 0.9999, 1].map(percent)).toEqual([
    "0%",
    "under 0.1%",
    "0.1%",
    "43.7%",
    "99.9%",
    "100%",
  ])
  expect([0, 999, 10_000, 3_081_700_325].map(size)).toEqual(["0 bytes", "999 bytes", "10.0 kB", "3.08 GB"])
})
