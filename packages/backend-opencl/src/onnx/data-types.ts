import { type ElementType, onnxTypes } from "@strongroom/core/backend"

const names = new Map(Object.entries(onnxTypes).map(([name, number]) => [BigInt(number), name as ElementType]))

/** The type that a number stands for, if the contract has it. */
export const typeOf = (dataType: bigint): ElementType | "string" | undefined => names.get(dataType)

/** complex64, complex128, and those from float8e4m3fn on: TensorProto.DataType as of IR version 13. */
export function isOtherType(dataType: bigint): boolean {
  return dataType >= 14n && dataType <= 26n && !names.has(dataType)
}
