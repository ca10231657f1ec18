/** Element types, as ONNX names them. 4-bit types hold two elements a byte, the low nibble first. */
export type ElementType = `float${16 | 32 | 64}` | "bfloat16" | `${"" | "u"}int${4 | 8 | 16 | 32 | 64}` | "bool"

interface TensorDataByType {
  float16: Uint16Array
  bfloat16: Uint16Array
  float32: Float32Array
  float64: Float64Array
  int4: Uint8Array
  uint4: Uint8Array
  int8: Int8Array
  uint8: Uint8Array
  int16: Int16Array
  uint16: Uint16Array
  int32: Int32Array
  uint32: Uint32Array
  int64: BigInt64Array
  uint64: BigUint64Array
  bool: Uint8Array
  string: readonly string[]
}

/** The array that holds a tensor's elements: `Float32Array` for `float32`, `BigInt64Array` for `int64`, and so on. */
export type TensorData<T extends ElementType | "string" = ElementType | "string"> = TensorDataByType[T]

interface Layout {
  readonly bits: number
  /** Makes the array that holds the elements, over `buffer` or anew. */
  readonly array: TypedArrayConstructor
}

/** Any array that holds elements. */
export type TypedArray = Exclude<TensorData, readonly string[]>
type TypedArrayConstructor = {
  readonly name: string
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray
}

/** Bits an element and the array that holds them, by type. */
export const layouts: { readonly [T in ElementType]: Layout } = {
  float16: { bits: 16, array: Uint16Array },
  bfloat16: { bits: 16, array: Uint16Array },
  float32: { bits: 32, array: Float32Array },
  float64: { bits: 64, array: Float64Array },
  int4: { bits: 4, array: Uint8Array },
  uint4: { bits: 4, array: Uint8Array },
  int8: { bits: 8, array: Int8Array },
  uint8: { bits: 8, array: Uint8Array },
  int16: { bits: 16, array: Int16Array },
  uint16: { bits: 16, array: Uint16Array },
  int32: { bits: 32, array: Int32Array },
  uint32: { bits: 32, array: Uint32Array },
  int64: { bits: 64, array: BigInt64Array },
  uint64: { bits: 64, array: BigUint64Array },
  bool: { bits: 8, array: Uint8Array },
}

/** Every element type but `string`. */
export const elementTypes = Object.keys(layouts) as readonly ElementType[]

/** True for an element type of this contract, `string` included. */
export function isElementType(value: unknown): value is ElementType | "string" {
  return value === "string" || (typeof value === "string" && Object.hasOwn(layouts, value))
}

/**
 * How many elements a tensor of `shape` has: 1 for a scalar, whose shape is empty.
 *
 * @throws RangeError when a size isn't an integer from 0, there are more than 32, or the product isn't exact.
 */
export function elementCount(shape: readonly number[]): number {
  if (!Array.isArray(shape)) throw new TypeError("A tensor's shape is an array of sizes.")
  if (shape.length > 32) throw new RangeError(`A tensor has at most 32 dimensions, not ${shape.length}.`)
  let count = 1
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0)
      throw new RangeError(`A size in a shape is an integer from 0, not ${size}.`)
    count *= size
  }
  if (!Number.isSafeInteger(count)) throw new RangeError(`A shape of [${shape}] has too many elements.`)
  return count
}

/** How many bytes the elements take: `bool` one each, 4-bit types two a byte, rounded up. */
export function tensorByteLength(type: ElementType, shape: readonly number[]): number {
  return Math.ceil((elementCount(shape) * layouts[type].bits) / 8)
}

/** How many bytes apart elements of `type` may begin in memory: 1, 2, 4 or 8. */
export function elementAlignment(type: ElementType): number {
  return layouts[type].array.BYTES_PER_ELEMENT
}

/** True when `data` is the array that holds elements of `type`. A `Buffer` is a `Uint8Array`. */
export function isTensorData(type: ElementType | "string", data: unknown): data is TensorData {
  if (type === "string") return Array.isArray(data) && data.every((value) => typeof value === "string")
  return ArrayBuffer.isView(data) && Reflect.get(data, Symbol.toStringTag) === layouts[type].array.name
}

/** The array of `type` over `bytes`: a view, or a copy where `bytes` doesn't begin at a multiple of the element's size. */
export function viewElements(type: ElementType, bytes: Uint8Array): TypedArray {
  const { array } = layouts[type]
  const aligned = bytes.byteOffset % array.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice()
  return new array(aligned.buffer, aligned.byteOffset, aligned.byteLength / array.BYTES_PER_ELEMENT)
}
