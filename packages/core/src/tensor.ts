/** Element types, as ONNX names them. 4-bit types hold two elements a byte, the low nibble first. */
export type ElementType =
  | `float${16 | 32 | 64}`
  | "bfloat16"
  | `${"" | "u"}int${4 | 8 | 16 | 32 | 64}`
  | "bool"

/** What a model says of one of its inputs or outputs. */
export interface TensorSpec {
  readonly name: string
  readonly type: ElementType | "string"
  /** Sizes, outermost first. A string names a dimension known only at run time; `"?"` is one without a name. */
  readonly shape: readonly (number | string)[]
}

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

/**
 * A dense tensor, row-major (the last dimension varies fastest). `float16` and `bfloat16` are held as their bit
 * patterns in a `Uint16Array`, `bool` as one byte each, 0 or 1, 4-bit types packed two a byte.
 */
export type Tensor<T extends ElementType | "string" = ElementType | "string"> = {
  readonly [K in T]: { readonly type: K; readonly shape: readonly number[]; readonly data: TensorData<K> }
}[T]
