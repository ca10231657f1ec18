import { isBig, type TensorType } from "./tensor-type.js"

/** A tensor's elements in JavaScript, row-major: bigints for 64-bit integers, numbers for all others, 0 and 1 for bool. */
export type Elements = readonly (number | bigint)[]

type Reader = (view: DataView, offset: number) => number | bigint
type Writer = (view: DataView, offset: number, value: number | bigint) => void

interface Coding {
  readonly bytes: number
  readonly read: Reader
  readonly write: Writer
}

const codings: Readonly<Record<TensorType, Coding>> = {
  float32: number(4, "getFloat32", "setFloat32"),
  float64: number(8, "getFloat64", "setFloat64"),
  float16: {
    bytes: 2,
    read: (view, offset) => halfToNumber(view.getUint16(offset, true)),
    write: (view, offset, value) => view.setUint16(offset, numberToHalf(Number(value)), true),
  },
  bfloat16: {
    bytes: 2,
    read: (view, offset) => brainToNumber(view.getUint16(offset, true)),
    write: (view, offset, value) => view.setUint16(offset, numberToBrain(Number(value)), true),
  },
  int8: number(1, "getInt8", "setInt8"),
  int16: number(2, "getInt16", "setInt16"),
  int32: number(4, "getInt32", "setInt32"),
  uint8: number(1, "getUint8", "setUint8"),
  uint16: number(2, "getUint16", "setUint16"),
  uint32: number(4, "getUint32", "setUint32"),
  bool: number(1, "getUint8", "setUint8"),
  int64: {
    bytes: 8,
    read: (view, offset) => view.getBigInt64(offset, true),
    write: (view, offset, value) => view.setBigInt64(offset, BigInt(value), true),
  },
  uint64: {
    bytes: 8,
    read: (view, offset) => view.getBigUint64(offset, true),
    write: (view, offset, value) => view.setBigUint64(offset, BigInt(value), true),
  },
}

/** @param bytes little-endian, dense, at any alignment */
export function elementsOf(type: TensorType, bytes: Uint8Array): Elements {
  const { bytes: step, read } = codings[type]
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.byteLength / step }, (_, index) => read(view, index * step))
}

/** The reverse. */
export function bytesOf(type: TensorType, elements: Elements): Uint8Array {
  const { bytes: step, write } = codings[type]
  const view = new DataView(new ArrayBuffer(elements.length * step))
  for (const [index, value] of elements.entries()) write(view, index * step, value)
  return new Uint8Array(view.buffer)
}

/** `value` as an element of `type` has it: rounded, or wrapped around. Floats become integers towards zero. */
export function asElement(type: TensorType, value: number | bigint): number | bigint {
  if (type === "bool") return Number(value) === 0 ? 0 : 1
  const whole = typeof value === "number" && type.includes("int") ? truncated(value) : value
  if (type === "int64") return BigInt.asIntN(64, BigInt(whole))
  if (type === "uint64") return BigInt.asUintN(64, BigInt(whole))
  // Through a typed view, which rounds and wraps as C does; a bigint first to its low bits.
  const small = typeof whole === "bigint" ? Number(type.includes("float") ? whole : BigInt.asIntN(32, whole)) : whole
  const { read, write } = codings[type]
  write(scratch, 0, small)
  return read(scratch, 0)
}

/** Elements of one type as those of another. */
export function castElements(elements: Elements, type: TensorType): Elements {
  return elements.map((value) => asElement(type, value))
}

/** Numbers that aren't safe become the nearest that is: no size or index is as large. */
export function toNumbers(elements: Elements): number[] {
  return elements.map((value) => {
    const number = Number(value)
    // The ends of int64 stand for "to the end" in Slice.
    return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, number))
  })
}

/** Integers as elements of `type`. */
export function fromNumbers(type: TensorType, values: readonly number[]): Elements {
  return isBig(type) ? values.map((value) => BigInt(value)) : values
}

const scratch = new DataView(new ArrayBuffer(8))

/** What is outside of every integer type, and NaN, is 0: C leaves it open. */
const truncated = (value: number): number | bigint => {
  if (!Number.isFinite(value)) return 0
  return Number.isSafeInteger(Math.trunc(value)) ? Math.trunc(value) : BigInt(Math.trunc(value))
}

type NumberGetter = "getFloat32" | "getFloat64" | `get${"Int" | "Uint"}${8 | 16 | 32}`
type NumberSetter = "setFloat32" | "setFloat64" | `set${"Int" | "Uint"}${8 | 16 | 32}`

function number(bytes: number, get: NumberGetter, set: NumberSetter): Coding {
  return {
    bytes,
    read: (view, offset) => view[get](offset, true),
    write: (view, offset, value) => view[set](offset, Number(value), true),
  }
}

/** IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** To the nearest, ties to even. */
function numberToHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  if (size >= 65520) return sign | 0x7c00
  const exponent = size < 2 ** -14 ? -14 : Math.floor(Math.log2(size))
  const scaled = size / 2 ** (exponent - 10)
  const down = Math.floor(scaled)
  const rest = scaled - down
  const whole = rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down
  // What rounds up to the next power of two carries into the exponent by itself.
  return sign | (whole < 1024 ? whole : whole - 1024 + ((exponent + 15) << 10))
}

/** The upper half of a float32. */
function brainToNumber(bits: number): number {
  scratch.setUint32(0, bits << 16, true)
  return scratch.getFloat32(0, true)
}

/** To the nearest, ties to even. */
function numberToBrain(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0
  scratch.setFloat32(0, value, true)
  const bits = scratch.getUint32(0, true)
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff
}
