import { expect, it } from "vitest"
import { concat, equalBytes, fromHex, isZero, lengthPrefixed, readU32, toHex, u16, u32, u64 } from "../src/bytes.js"

it("writes integers little-endian", () => {
  expect(toHex(u16(0x1234))).toBe("3412")
  expect(toHex(u32(0xfedcba98))).toBe("98badcfe")
  expect(toHex(u64(2 ** 53 - 1))).toBe("ffffffffffff1f00")
  expect(readU32(concat(u16(0), u32(0xfedcba98)), 2)).toBe(0xfedcba98)
})

it("prefixes a text with its length", () => {
  expect(toHex(lengthPrefixed("ab"))).toBe("026162")
})

it("reads lower-case hex only", () => {
  expect(fromHex("00ff")).toEqual(Uint8Array.of(0, 255))
  for (const text of ["0", "FF", "0x", "zz", " 0", "0\n"]) expect(fromHex(text), text).toBeUndefined()
})

it("compares bytes", () => {
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true)
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false)
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false)
  expect(isZero(new Uint8Array(3))).toBe(true)
  expect(isZero(Uint8Array.of(0, 0, 1))).toBe(false)
})
