import { expect, it } from "vitest"
import { halfBits } from "../src/native/half.js"

/** The number that 16 bits stand for, by IEEE 754's definition. */
function value(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 0x1f, bits & 0x3ff]
  const size = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25)
  return bits & 0x8000 ? -size : size
}

it("every half is its own nearest, and what lies between two goes to the nearer, or to the even one", () => {
  const wrong: number[] = []
  for (let bits = 0; bits < 0x7bff; bits += 1) {
    const [here, next] = [value(bits), value(bits + 1)]
    const middle = (here + next) / 2
    const got = [here, -next, middle - middle * 2 ** -40, middle + middle * 2 ** -40, middle].map(halfBits)
    const even = bits % 2 === 0 ? bits : bits + 1
    if (got.join() !== [bits, 0x8000 | (bits + 1), bits, bits + 1, even].join()) wrong.push(bits)
  }
  expect(wrong).toEqual([])
})

it.each([
  [0, 0],
  [-0, 0x8000],
  [65504, 0x7bff],
  [65519.99, 0x7bff],
  [65520, 0x7c00],
  [Number.POSITIVE_INFINITY, 0x7c00],
  [Number.NEGATIVE_INFINITY, 0xfc00],
  [Number.NaN, 0x7e00],
  [2 ** -26, 0],
])("%s has the bits %s", (number, bits) => {
  expect(halfBits(number)).toBe(bits)
})
