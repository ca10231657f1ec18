import { bytesSource, importOnnx, StrongroomError, type TensorSpec } from "@strongroom/core"
import type { Network, NetworkNode, Operator, Weight } from "../network.js"
import type { ModelWriter } from "./model-writer.js"
import { bytesField, concat, integerField, textField } from "./protobuf.js"
import { weightBytes } from "./weight-bytes.js"

/** Where weights are that aren't in the graph's file: a name that no error may hold. */
const weightsName = "data/secret-weights-7f3a.bin"
const ownDomain = "strongroom.test"

/** TensorProto.DataType of onnx.proto. */
const dataTypes: { readonly [Type in TensorSpec["type"]]: number } = {
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

const operators: { readonly [Name in Operator]: string } = {
  identity: "Identity",
  add: "Add",
  subtract: "Sub",
  matmul: "MatMul",
  not: "Not",
  unheard: "Unheard",
}

/** Writes ONNX: operator set 17, or 21 for 4-bit types, which are no older. Numbers below are onnx.proto's fields. */
export const onnxWriter: ModelWriter = {
  kind: "onnx",
  async write(network) {
    const external = network.separateWeights ? concat(...network.weights.map(weightBytes)) : undefined
    const graph = bytesSource(modelProto(network))
    return importOnnx(graph, async () => {
      if (external === undefined) throw new StrongroomError("source-missing", "These weights are in the graph's file.")
      return bytesSource(external)
    })
  },
}

/** ModelProto: ir_version = 1, producer_name = 2, graph = 7, opset_import = 8. */
function modelProto({ inputs, outputs, nodes, weights, separateWeights }: Network): Uint8Array {
  const nibbles = [...inputs, ...outputs].some(({ type }) => type === "int4" || type === "uint4")
  let offset = 0
  const tensors = weights.map((weight) => {
    const tensor = tensorProto(weight, separateWeights ? offset : undefined)
    offset += weight.tensor.data.byteLength
    return bytesField(5, tensor)
  })
  // GraphProto: node = 1, name = 2, initializer = 5, input = 11, output = 12.
  const graph = concat(
    ...nodes.map((node) => bytesField(1, nodeProto(node))),
    textField(2, "testkit"),
    ...tensors,
    ...inputs.map((spec) => bytesField(11, valueInfoProto(spec))),
    ...outputs.map((spec) => bytesField(12, valueInfoProto(spec))),
  )
  return concat(
    integerField(1, nibbles ? 10 : 8),
    textField(2, "strongroom testkit"),
    bytesField(7, graph),
    bytesField(8, textField(1, ""), integerField(2, nibbles ? 21 : 17)),
    bytesField(8, textField(1, ownDomain), integerField(2, 1)),
  )
}

/** NodeProto: input = 1, output = 2, name = 3, op_type = 4, domain = 7. */
function nodeProto({ operator, inputs, output }: NetworkNode): Uint8Array {
  return concat(
    ...inputs.map((input) => textField(1, input)),
    textField(2, output),
    textField(3, output),
    textField(4, operators[operator]),
    textField(7, operator === "unheard" ? ownDomain : ""),
  )
}

/** ValueInfoProto: name = 1, type = 2; TypeProto: tensor_type = 1; Tensor: elem_type = 1, shape = 2; shape: dim = 1. */
function valueInfoProto({ name, type, shape }: TensorSpec): Uint8Array {
  // Dimension: dim_value = 1, dim_param = 2.
  const sizes = shape.map((size) =>
    bytesField(1, typeof size === "number" ? integerField(1, size) : textField(2, size)),
  )
  const tensor = concat(integerField(1, dataTypes[type]), bytesField(2, ...sizes))
  return concat(textField(1, name), bytesField(2, bytesField(1, tensor)))
}

/** TensorProto: dims = 1, data_type = 2, name = 8, raw_data = 9, external_data = 13, data_location = 14. */
function tensorProto(weight: Weight, externalOffset: number | undefined): Uint8Array {
  const bytes = weightBytes(weight)
  const place = { location: weightsName, offset: String(externalOffset), length: String(bytes.byteLength) }
  const entries = Object.entries(place).map(([key, value]) => bytesField(13, textField(1, key), textField(2, value)))
  return concat(
    ...weight.tensor.shape.map((size) => integerField(1, size)),
    integerField(2, dataTypes.float32),
    textField(8, weight.name),
    ...(externalOffset === undefined ? [bytesField(9, bytes)] : [...entries, integerField(14, 1)]),
  )
}
