import { broken } from "./broken.js"

const arrays = {
  char: Int8Array,
  uchar: Uint8Array,
  short: Int16Array,
  ushort: Uint16Array,
  int: Int32Array,
  uint: Uint32Array,
  long: BigInt64Array,
  ulong: BigUint64Array,
  float: Float32Array,
  double: Float64Array,
} as const

/** OpenCL C, section 6.3.1. */
type Scalar = keyof typeof arrays
const lanes = ["", "2", "3", "4", "8", "16"] as const

/** A number or a vector in OpenCL C. */
export type ValueType = `${Scalar}${(typeof lanes)[number]}`

const form = /^(char|uchar|short|ushort|int|uint|long|ulong|float|double)(|2|3|4|8|16)$/

/** Numbers as the device has them. */
export type Numbers = InstanceType<(typeof arrays)[Scalar]>

export function isValueType(name: string): name is ValueType {
  return form.test(name)
}

/** The scalar type and the number of values. */
export function partsOf(type: ValueType): { readonly scalar: Scalar; readonly lanes: number } {
  const [, scalar, width] = form.exec(type) as unknown as [string, Scalar, string]
  return { scalar, lanes: Number(width || 1) }
}

/**
 * The values of an argument of this type, as many as it has, as the device has them; vectors of three take the room of
 * four.
 *
 * @throws StrongroomError `backend-failed` for a value that the type can't hold
 */
export function valuesOf(type: ValueType, values: readonly number[], place: string): Numbers {
  const { scalar, lanes } = partsOf(type)
  const array = new arrays[scalar](lanes === 3 ? 4 : lanes)
  const isReal = scalar === "float" || scalar === "double"
  for (const [index, value] of values.entries()) {
    if (!isReal && !Number.isSafeInteger(value)) throw broken(place, "it isn't an integer that a number holds exactly")
    array[index] = typeof array[0] === "bigint" ? BigInt(value) : value
    const held = Number(array[index])
    if (isReal ? !Number.isFinite(held) : held !== value) throw broken(place, `${type} can't hold it`)
  }
  return array
}
