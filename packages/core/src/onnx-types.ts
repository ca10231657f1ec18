import type { ElementType } from "./tensor.js"

/** ONNX's numbers of those types that a sealed model has a name for: TensorProto.DataType of onnx.proto. */
export const onnxTypes: Readonly<Record<ElementType | "string", number>> = {
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
