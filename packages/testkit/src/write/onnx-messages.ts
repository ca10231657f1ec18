// Messages of onnx.proto, whose fields the numbers are.
import type { TensorSpec } from "@strongroom/core"
import { onnxTypes } from "@strongroom/core/backend"
import { bytesField, concat, integerField, textField } from "./protobuf.js"

/** NodeProto: input = 1, output = 2, name = 3, op_type = 4, attribute = 5, domain = 7. Its name is its output's. */
export function nodeProto(
  operator: string,
  inputs: readonly string[],
  output: string,
  { attributes = {}, domain = "" }: NodeDetails = {},
): Uint8Array {
  return concat(
    ...inputs.map((input) => textField(1, input)),
    textField(2, output),
    textField(3, output),
    textField(4, operator),
    ...Object.entries(attributes).map(([name, value]) => bytesField(5, attributeProto(name, value))),
    textField(7, domain),
  )
}

export interface NodeDetails {
  readonly attributes?: { readonly [name: string]: AttributeValue }
  /** Default: ONNX's own. */
  readonly domain?: string
}

/** Numbers are integers. */
export type AttributeValue = number | string | readonly number[]

/** AttributeProto: name = 1, i = 3, s = 4, ints = 8, type = 20, in which INT is 2, STRING 3 and INTS 7. */
function attributeProto(name: string, value: AttributeValue): Uint8Array {
  if (typeof value === "number") return concat(textField(1, name), integerField(3, value), integerField(20, 2))
  if (typeof value === "string") return concat(textField(1, name), textField(4, value), integerField(20, 3))
  return concat(textField(1, name), ...value.map((each) => integerField(8, each)), integerField(20, 7))
}

/** ValueInfoProto: name = 1, type = 2; TypeProto: tensor_type = 1; Tensor: elem_type = 1, shape = 2; shape: dim = 1. */
export function valueInfoProto({ name, type, shape }: TensorSpec): Uint8Array {
  // Dimension: dim_value = 1, dim_param = 2.
  const sizes = shape.map((size) =>
    bytesField(1, typeof size === "number" ? integerField(1, size) : textField(2, size)),
  )
  const tensor = concat(integerField(1, onnxTypes[type]), bytesField(2, ...sizes))
  return concat(textField(1, name), bytesField(2, bytesField(1, tensor)))
}

/** Where a tensor's bytes lie outside the graph's file. */
export interface ExternalPlace {
  readonly location: string
  readonly offset: number
}

/** TensorProto: dims = 1, data_type = 2, name = 8, raw_data = 9, external_data = 13, data_location = 14. */
export function tensorProto(
  { name, type, shape }: Omit<TensorSpec, "shape"> & { readonly shape: readonly number[] },
  bytes: Uint8Array,
  external?: ExternalPlace,
): Uint8Array {
  return concat(
    ...shape.map((size) => integerField(1, size)),
    integerField(2, onnxTypes[type]),
    textField(8, name),
    ...(external === undefined ? [bytesField(9, bytes)] : externalFields(external, bytes.byteLength)),
  )
}

function externalFields({ location, offset }: ExternalPlace, byteLength: number): readonly Uint8Array[] {
  const place = { location, offset: String(offset), length: String(byteLength) }
  const entries = Object.entries(place).map(([key, value]) => bytesField(13, textField(1, key), textField(2, value)))
  return [...entries, integerField(14, 1)]
}

/** GraphProto's repeated fields, as messages. */
export interface GraphMessages {
  readonly name: string
  readonly nodes: readonly Uint8Array[]
  readonly initializers: readonly Uint8Array[]
  readonly inputs: readonly Uint8Array[]
  readonly outputs: readonly Uint8Array[]
}

/** GraphProto: node = 1, name = 2, initializer = 5, input = 11, output = 12. */
export function graphProto({ name, nodes, initializers, inputs, outputs }: GraphMessages): Uint8Array {
  return concat(
    ...nodes.map((node) => bytesField(1, node)),
    textField(2, name),
    ...initializers.map((tensor) => bytesField(5, tensor)),
    ...inputs.map((value) => bytesField(11, value)),
    ...outputs.map((value) => bytesField(12, value)),
  )
}

export interface ModelDetails {
  /** Of onnx.proto. */
  readonly version: number
  /** Versions of operator sets, by their domains: "" is ONNX's own. */
  readonly operatorSets: { readonly [domain: string]: number }
}

/** ModelProto: ir_version = 1, producer_name = 2, graph = 7, opset_import = 8. */
export function modelProto(graph: Uint8Array, { version, operatorSets }: ModelDetails): Uint8Array {
  return concat(
    integerField(1, version),
    textField(2, "strongroom testkit"),
    bytesField(7, graph),
    ...Object.entries(operatorSets).map(([domain, set]) => bytesField(8, textField(1, domain), integerField(2, set))),
  )
}
