import { bytesSource, importTfjs, StrongroomError, type TensorSpec } from "@strongroom/core"
import type { Network, NetworkNode, Weight } from "../network.js"
import { type ModelWriter, NotExpressible } from "./model-writer.js"
import { concat } from "./protobuf.js"
import { tensorflowOperators } from "./tensorflow-operators.js"
import { weightBytes } from "./weight-bytes.js"

/** Where weights are: names that no error may hold. Two, so that a weight lies across files. */
const shardNames = ["data/secret-weights-7f3a-1of2.bin", "data/secret-weights-7f3a-2of2.bin"]

/** TensorFlow's DataType. */
const dataTypes: { readonly [Type in TensorSpec["type"]]?: string } = {
  float32: "DT_FLOAT",
  int32: "DT_INT32",
  bool: "DT_BOOL",
  string: "DT_STRING",
}

/** Writes TensorFlow.js graph models, as tensorflowjs_converter does: model.json and two files of weights. */
export const tfjsWriter: ModelWriter = {
  kind: "tfjs-graph",
  async write(network) {
    const bytes = concat(...network.weights.map(weightBytes))
    const middle = (bytes.byteLength >> 1) + 1
    const shards = [bytes.subarray(0, middle), bytes.subarray(middle)]
    const json = new TextEncoder().encode(JSON.stringify(modelJson(network)))
    return importTfjs(bytesSource(json), async (path) => {
      const shard = shards[shardNames.indexOf(path)]
      if (shard === undefined) throw new StrongroomError("source-missing", "There is no such shard.")
      return bytesSource(shard)
    })
  },
}

function modelJson({ inputs, outputs, weights, nodes }: Network) {
  const entries = weights.map(({ name, tensor }) => ({ name, shape: tensor.shape, dtype: tensor.type }))
  return {
    format: "graph-model",
    generatedBy: "strongroom testkit",
    modelTopology: {
      node: [...inputs.map(placeholder), ...weights.map(constant), ...nodes.map((node) => operation(node, inputs))],
      versions: { producer: 1 },
    },
    signature: { inputs: signature(inputs), outputs: signature(outputs) },
    weightsManifest: weights.length === 0 ? [] : [{ paths: shardNames, weights: entries }],
  }
}

function dataType(type: TensorSpec["type"]): string {
  const found = dataTypes[type]
  if (found === undefined) throw new NotExpressible(`A graph model of TensorFlow.js holds no ${type}.`)
  return found
}

function tensorShape(shape: TensorSpec["shape"]) {
  return { dim: shape.map((size) => ({ size: typeof size === "number" ? String(size) : "-1" })) }
}

function signature(specs: readonly TensorSpec[]) {
  const entry = ({ name, type, shape }: TensorSpec) => ({
    name,
    dtype: dataType(type),
    tensorShape: tensorShape(shape),
  })
  return Object.fromEntries(specs.map((spec) => [spec.name, entry(spec)]))
}

function placeholder({ name, type, shape }: TensorSpec) {
  return {
    name,
    op: "Placeholder",
    attr: { dtype: { type: dataType(type) }, shape: { shape: tensorShape(shape) } },
  }
}

function constant({ name, tensor }: Weight) {
  const dtype = dataType(tensor.type)
  return {
    name,
    op: "Const",
    attr: { dtype: { type: dtype }, value: { tensor: { dtype, tensorShape: tensorShape(tensor.shape) } } },
  }
}

function operation({ operator, inputs, output }: NetworkNode, specs: readonly TensorSpec[]) {
  // All networks compute in one type.
  const T = { type: dataType(specs[0]?.type ?? "float32") }
  const attr = operator === "matmul" ? { T, transpose_a: { b: false }, transpose_b: { b: false } } : { T }
  return { name: output, op: tensorflowOperators[operator], input: inputs, attr }
}
