import { halfBits } from "../native/half.js"

interface ScalarType {
  readonly byteLength: number
  write(view: DataView, at: number, value: number | bigint): void
}

function integer(byteLength: 1 | 2 | 4, signed: boolean): ScalarType {
  const from = signed ? -(2 ** (8 * byteLength - 1)) : 0
  const to = from + 2 ** (8 * byteLength) - 1
  const write = (
    {
      1: signed ? "setInt8" : "setUint8",
      2: signed ? "setInt16" : "setUint16",
      4: signed ? "setInt32" : "setUint32",
    } as const
  )[byteLength]
  return {
    byteLength,
    write(view, at, value) {
      const number = Number(value)
      if (!Number.isInteger(number) || number < from || number > to) throw outOfRange(value, `from ${from} to ${to}`)
      view[write](at, number, true)
    },
  }
}

function longInteger(signed: boolean): ScalarType {
  const from = signed ? -(2n ** 63n) : 0n
  const to = from + 2n ** 64n - 1n
  return {
    byteLength: 8,
    write(view, at, value) {
      // Beyond 2^53 a number doesn't say which integer it is.
      if (typeof value === "number" && !Number.isSafeInteger(value)) throw outOfRange(value, "below 2^53, or a bigint")
      const long = BigInt(value)
      if (long < from || long > to) throw outOfRange(value, `from ${from} to ${to}`)
      if (signed) view.setBigInt64(at, long, true)
      else view.setBigUint64(at, long, true)
    },
  }
}

function outOfRange(value: number | bigint, range: string): RangeError {
  return new RangeError(`${value} isn't an integer ${range}`)
}

/** OpenCL C's scalar types, section 6.3.1 of its specification, and what a kernel's argument of each is made from. */
export const scalarTypes = {
  char: integer(1, true),
  uchar: integer(1, false),
  short: integer(2, true),
  ushort: integer(2, false),
  int: integer(4, true),
  uint: integer(4, false),
  long: longInteger(true),
  ulong: longInteger(false),
  half: { byteLength: 2, write: (view, at, value) => view.setUint16(at, halfBits(Number(value)), true) },
  float: { byteLength: 4, write: (view, at, value) => view.setFloat32(at, Number(value), true) },
  double: { byteLength: 8, write: (view, at, value) => view.setFloat64(at, Number(value), true) },
} as const satisfies Readonly<Record<string, ScalarType>>

export type ScalarName = keyof typeof scalarTypes
