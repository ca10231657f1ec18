import type { ElementType } from "@strongroom/core/backend"

/** Element types that the engine computes with: all but those of 4 bits, of which two share a byte. */
export type TensorType = Exclude<ElementType, "int4" | "uint4">

interface TypeOfElements {
  readonly bytes: number
  /** What lies in memory, in OpenCL C. */
  readonly stored: string
  /** What is computed with, in OpenCL C: small types as wider ones, which have the same values. */
  readonly computed: string
}

export const tensorTypes: Readonly<Record<TensorType, TypeOfElements>> = {
  float16: { bytes: 2, stored: "half", computed: "float" },
  bfloat16: { bytes: 2, stored: "ushort", computed: "float" },
  float32: { bytes: 4, stored: "float", computed: "float" },
  float64: { bytes: 8, stored: "double", computed: "double" },
  int8: { bytes: 1, stored: "char", computed: "int" },
  int16: { bytes: 2, stored: "short", computed: "int" },
  int32: { bytes: 4, stored: "int", computed: "int" },
  int64: { bytes: 8, stored: "long", computed: "long" },
  uint8: { bytes: 1, stored: "uchar", computed: "int" },
  uint16: { bytes: 2, stored: "ushort", computed: "int" },
  uint32: { bytes: 4, stored: "uint", computed: "uint" },
  uint64: { bytes: 8, stored: "ulong", computed: "ulong" },
  bool: { bytes: 1, stored: "uchar", computed: "int" },
}

export function isTensorType(type: string | undefined): type is TensorType {
  return type !== undefined && Object.hasOwn(tensorTypes, type)
}

/** Those that networks are computed with float32 for. */
export function isSmallFloat(type: string | undefined): type is "float16" | "bfloat16" {
  return type === "float16" || type === "bfloat16"
}

export const isFloat = (type: TensorType): boolean => type.includes("float")

/** Types whose elements are bigints in JavaScript: a number can't have all of their values. */
export const isBig = (type: TensorType): boolean => type === "int64" || type === "uint64"
