import type { ElementType } from "@strongroom/core/backend"

/** TensorProto.DataType: numbers by the names that the backend contract has for them. */
const dataTypes: Readonly<Record<ElementType | "string", number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
  uint4: 21,
  int4: 22,
}

const names = new Map(Object.entries(dataTypes).map(([name, number]) => [BigInt(number), name as ElementType]))

/** The type that a number stands for, if the contract has it. */
export const typeOf = (dataType: bigint): ElementType | "string" | undefined => names.get(dataType)

/** complex64, complex128, and those from float8e4m3fn on: TensorProto.DataType as of IR version 13. */
export function isOtherType(dataType: bigint): boolean {
  return dataType >= 14n && dataType <= 26n && !names.has(dataType)
}
