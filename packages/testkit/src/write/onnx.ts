import { bytesSource, importOnnx, StrongroomError } from "@strongroom/core"
import type { Network, Operator } from "../network.js"
import type { ModelWriter } from "./model-writer.js"
import { graphProto, modelProto, nodeProto, tensorProto, valueInfoProto } from "./onnx-messages.js"
import { concat } from "./protobuf.js"
import { weightBytes } from "./weight-bytes.js"

/** Where weights are that aren't in the graph's file: a name that no error may hold. */
const weightsName = "data/secret-weights-7f3a.bin"
const ownDomain = "strongroom.test"

const operators: { readonly [Name in Operator]: string } = {
  identity: "Identity",
  add: "Add",
  subtract: "Sub",
  matmul: "MatMul",
  not: "Not",
  unheard: "Unheard",
}

/** Writes ONNX: operator set 17, or 21 for 4-bit types, which are no older. */
export const onnxWriter: ModelWriter = {
  kind: "onnx",
  async write(network) {
    const external = network.separateWeights ? concat(...network.weights.map(weightBytes)) : undefined
    const graph = bytesSource(modelOf(network))
    return importOnnx(graph, async () => {
      if (external === undefined) throw new StrongroomError("source-missing", "These weights are in the graph's file.")
      return bytesSource(external)
    })
  },
}

function modelOf({ inputs, outputs, nodes, weights, separateWeights }: Network): Uint8Array {
  const nibbles = [...inputs, ...outputs].some(({ type }) => type === "int4" || type === "uint4")
  let offset = 0
  const initializers = weights.map((weight) => {
    const { name, tensor } = weight
    const external = separateWeights ? { location: weightsName, offset } : undefined
    offset += tensor.data.byteLength
    return tensorProto({ name, type: "float32", shape: tensor.shape }, weightBytes(weight), external)
  })
  const graph = graphProto({
    name: "testkit",
    nodes: nodes.map((node) => {
      const domain = node.operator === "unheard" ? ownDomain : ""
      return nodeProto(operators[node.operator], node.inputs, node.output, { domain })
    }),
    initializers,
    inputs: inputs.map(valueInfoProto),
    outputs: outputs.map(valueInfoProto),
  })
  const operatorSets = { "": nibbles ? 21 : 17, [ownDomain]: 1 }
  return modelProto(graph, { version: nibbles ? 10 : 8, operatorSets })
}
