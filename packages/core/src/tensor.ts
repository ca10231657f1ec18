import {
  type ElementType,
  elementAlignment,
  elementCount,
  isElementType,
  isTensorData,
  layouts,
  type TensorData,
  tensorByteLength,
  viewElements,
} from "./element-type.js"

export type { ElementType, TensorData }

/** What a model says of one of its inputs or outputs. */
export interface TensorSpec {
  readonly name: string
  readonly type: ElementType | "string"
  /** Sizes, outermost first. A string names a dimension known only at run time; `"?"` is one without a name. */
  readonly shape: readonly (number | string)[]
}

/**
 * A dense tensor, row-major (the last dimension varies fastest). `float16` and `bfloat16` are held as their bit
 * patterns in a `Uint16Array`, `bool` as one byte each, 0 or 1, 4-bit types packed two a byte.
 */
export type Tensor<T extends ElementType | "string" = ElementType | "string"> = {
  readonly [K in T]: { readonly type: K; readonly shape: readonly number[]; readonly data: TensorData<K> }
}[T]

/** What {@link tensor} takes: the typed array that holds such elements, or plain values to convert. */
export type TensorValues<T extends ElementType | "string"> =
  | TensorData<T>
  | (T extends "string" | "float16" | "bfloat16"
      ? never
      :
          | readonly number[]
          | (T extends "bool" ? readonly boolean[] : T extends "int64" | "uint64" ? readonly bigint[] : never))

/**
 * A tensor. The typed array of its type is used as it is, not copied; plain arrays are converted: numbers for every
 * type but `float16` and `bfloat16` (give bit patterns in a `Uint16Array`), `bigint`s for 64-bit integers too, booleans
 * for `bool`. One number an element, also for 4-bit types, which are packed.
 *
 * @throws TypeError for data that can't hold such elements; RangeError for a length that isn't the shape's, or a value
 * that the type can't hold.
 */
export function tensor<T extends ElementType | "string">(
  type: T,
  shape: readonly number[],
  data: TensorValues<T>,
): Tensor<T> {
  if (!isElementType(type)) throw new TypeError(`Not an element type: ${String(type)}.`)
  const count = elementCount(shape)
  const ready = isTensorData(type, data)
  const length = ready && type !== "string" ? tensorByteLength(type, shape) / elementAlignment(type) : count
  if (!ready && !Array.isArray(data)) throw new TypeError(`A ${type} tensor's data is ${dataName(type)}.`)
  if (data.length !== length) {
    throw new RangeError(`The data of a ${type} tensor of shape [${shape}] has length ${length}, not ${data.length}.`)
  }
  return { type, shape: [...shape], data: ready ? data : convert(type, data) } as Tensor as Tensor<T>
}

function dataName(type: ElementType | "string"): string {
  return type === "string" ? "an array of strings" : `a ${layouts[type].array.name}`
}

function convert(type: ElementType | "string", values: readonly unknown[]): TensorData {
  if (type === "string" || type === "float16" || type === "bfloat16") {
    throw new TypeError(`A ${type} tensor's data is ${dataName(type)}.`)
  }
  if (type === "float32") return Float32Array.from(values, real)
  if (type === "float64") return Float64Array.from(values, real)
  if (type === "bool") return Uint8Array.from(values, (value) => Number(integer(value, 0n, 1n)))
  const bits = BigInt(layouts[type].bits)
  const signed = type.startsWith("int")
  const least = signed ? -(1n << (bits - 1n)) : 0n
  const most = (1n << (signed ? bits - 1n : bits)) - 1n
  const integers = values.map((value) => integer(value, least, most))
  if (type === "int64") return BigInt64Array.from(integers)
  if (type === "uint64") return BigUint64Array.from(integers)
  if (bits === 4n) return pack(integers)
  const bytes = new Uint8Array((integers.length * layouts[type].bits) / 8)
  const held = viewElements(type, bytes)
  for (const [index, value] of integers.entries()) held[index] = Number(value)
  return held
}

function real(value: unknown): number {
  if (typeof value !== "number") throw new TypeError(`An element is a number, not a ${typeof value}.`)
  return value
}

function integer(value: unknown, least: bigint, most: bigint): bigint {
  if (typeof value !== "number" && typeof value !== "bigint" && typeof value !== "boolean") {
    throw new TypeError(`An element is a number, a bigint or a boolean, not a ${typeof value}.`)
  }
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new RangeError(`An element is a whole number that a double holds exactly, not ${value}; give bigints.`)
  }
  const exact = BigInt(value)
  if (exact < least || exact > most) throw new RangeError(`An element is from ${least} to ${most}, not ${exact}.`)
  return exact
}

/** Two elements a byte, the low nibble first. */
function pack(values: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(values.length / 2))
  for (const [index, value] of values.entries()) {
    bytes[index >> 1] = (bytes[index >> 1] ?? 0) | ((Number(value) & 15) << (index % 2 === 0 ? 0 : 4))
  }
  return bytes
}
