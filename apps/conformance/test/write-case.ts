import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { bytesField, concat, integerField, textField } from "../../../packages/testkit/src/write/protobuf.js"
import type { Case } from "../src/case.js"

const tolerance = { relative: 1e-3, absolute: 1e-7 }
const float32 = 1

/** A case in a new folder of `root`: one operator of one float32 vector, and what it should make of it. */
export function writeCase(
  root: string,
  name: string,
  operator: string,
  input: readonly number[],
  output: readonly number[],
): Case {
  const folder = join(root, name)
  mkdirSync(folder)
  const file = (path: string, bytes: Uint8Array) => {
    writeFileSync(join(folder, path), bytes)
    return join(folder, path)
  }
  return {
    kind: "node",
    name,
    model: file("model.onnx", model(operator, input.length)),
    sets: [{ inputs: [file("input_0.pb", tensor(input))], outputs: [file("output_0.pb", tensor(output))] }],
    tolerance,
  }
}

/** ModelProto: ir_version = 1, graph = 7, opset_import = 8. */
function model(operator: string, length: number): Uint8Array {
  // NodeProto: input = 1, output = 2, op_type = 4. GraphProto: node = 1, name = 2, input = 11, output = 12.
  const node = concat(textField(1, "x"), textField(2, "y"), textField(4, operator))
  const graph = concat(
    bytesField(1, node),
    textField(2, "graph"),
    bytesField(11, vector("x", length)),
    bytesField(12, vector("y", length)),
  )
  return concat(integerField(1, 8), bytesField(7, graph), bytesField(8, textField(1, ""), integerField(2, 17)))
}

/** ValueInfoProto: name = 1, type = 2; TypeProto: tensor_type = 1; Tensor: elem_type = 1, shape = 2; shape: dim = 1. */
function vector(name: string, length: number): Uint8Array {
  const shape = bytesField(1, integerField(1, length))
  return concat(textField(1, name), bytesField(2, bytesField(1, integerField(1, float32), bytesField(2, shape))))
}

/** TensorProto: dims = 1, data_type = 2, raw_data = 9. */
function tensor(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(Float32Array.from(values).buffer)
  return concat(integerField(1, values.length), integerField(2, float32), bytesField(9, bytes))
}
