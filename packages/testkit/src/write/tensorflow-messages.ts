import type { TensorSpec } from "@strongroom/core"
import { bytesField, concat, integerField, textField } from "./protobuf.js"

/** TensorFlow's DataType (types.proto) of what a sealed model has a name for. */
export const tensorflowTypes: { readonly [Type in TensorSpec["type"]]: number } = {
  float32: 1,
  float64: 2,
  int32: 3,
  uint8: 4,
  int16: 5,
  int8: 6,
  string: 7,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  uint16: 17,
  float16: 19,
  uint32: 22,
  uint64: 23,
  int4: 29,
  uint4: 30,
}

/** TensorShapeProto: dim = 2 (size = 1). */
export function tensorShape(shape: TensorSpec["shape"]): Uint8Array {
  const sizes = shape.map((size) => (typeof size === "number" ? integerField(1, size) : unknownSize))
  return concat(...sizes.map((size) => bytesField(2, size)))
}

/** -1 in 64 bits. */
const unknownSize = Uint8Array.of(8, ...new Array(9).fill(0xff), 1)

/** NodeDef: name = 1, op = 2, input = 3, attr = 5, a map to AttrValue. */
export function nodeDef(
  name: string,
  operator: string,
  inputs: readonly string[],
  attributes: { readonly [name: string]: Uint8Array } = {},
): Uint8Array {
  return concat(
    textField(1, name),
    textField(2, operator),
    ...inputs.map((input) => textField(3, input)),
    ...Object.entries(attributes).map(([key, value]) => bytesField(5, textField(1, key), bytesField(2, value))),
  )
}

/** AttrValue: s = 2, type = 6, shape = 7, tensor = 8, list = 1 (of types: 6). */
export const attribute = {
  text: (text: string) => textField(2, text),
  type: (type: number) => integerField(6, type),
  types: (types: readonly number[]) => bytesField(1, ...types.map((type) => integerField(6, type))),
  shape: (shape: TensorSpec["shape"]) => bytesField(7, tensorShape(shape)),
  texts: (texts: readonly string[]) => bytesField(8, textTensor(texts)),
}

/** TensorProto of texts: dtype = 1, tensor_shape = 2, string_val = 8. */
function textTensor(texts: readonly string[]): Uint8Array {
  const shape = bytesField(2, tensorShape([texts.length]))
  return concat(integerField(1, tensorflowTypes.string), shape, ...texts.map((text) => textField(8, text)))
}
