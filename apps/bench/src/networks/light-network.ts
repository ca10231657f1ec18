import {
  graphProto,
  modelProto,
  newBudget,
  type OnnxModel,
  type OnnxNode,
  readOnnxModel,
  tensorProto,
  walk,
} from "./onnx-files.js"
import { bytesOf, uniform } from "./random.js"

/** Which weights a network multiplies by, channel by channel, and by which variances it divides. */
const positiveInputs: { readonly [operator: string]: readonly number[] } = { BatchNormalization: [1, 4] }

/**
 * One of ONNX's "light" networks with weights. In them ConstantOfShape stands for most: an engine would compute with one
 * number what it has to read a matrix for. Here each becomes an initialiser of seeded random values, large enough for
 * signals to stay what they are from layer to layer (He et al., "Delving Deep into Rectifiers", 2015).
 *
 * @param gain of the last matrix: small where signals have grown through sums, or Softmax makes zeros and a one of them,
 *   which compare well with whatever is wrong
 */
export function withRandomWeights(light: Uint8Array, seed: number, gain = 1): Uint8Array {
  const model = readOnnxModel(light)
  const { nodes, initializers } = model.graph
  const positive = positiveWeights(nodes)
  const lastMatrix = nodes.findLast(({ operator }) => operator === "Gemm")?.inputs[1]
  const made = nodes.filter(({ operator }) => operator === "ConstantOfShape")
  const weights = made.map(({ inputs, outputs }, index) => {
    const [shapeName, name] = [inputs[0] as string, outputs[0] as string]
    const shape = integersOf(initializers.get(shapeName))
    const values = positive.has(name)
      ? uniform(sizeOf(shape), 0.5, 1.5, seed + index)
      : around0(shape, name === lastMatrix ? gain : 1, seed + index)
    return tensorProto({ name, type: "float32", shape }, bytesOf(values))
  })
  const kept = keptMessages(light, model)
  const [operatorSet] = model.operatorSets.values()
  // From version 4 on, initialisers needn't be inputs, which an app could override.
  return modelProto(graphProto({ ...kept, name: "network", initializers: [...kept.initializers, ...weights] }), {
    version: 7,
    operatorSets: { "": operatorSet as number },
  })
}

/** Names of the weights that are factors of channels or variances. */
function positiveWeights(nodes: readonly OnnxNode[]): ReadonlySet<string> {
  const unsqueezed = new Map(
    nodes.filter(({ operator }) => operator === "Unsqueeze").map(({ inputs, outputs }) => [outputs[0], inputs[0]]),
  )
  const names = nodes.flatMap(({ operator, inputs }) => {
    if (operator === "Mul") return inputs.map((name) => unsqueezed.get(name))
    return (positiveInputs[operator] ?? []).map((index) => inputs[index])
  })
  return new Set(names.filter((name) => name !== undefined))
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1)

function around0(shape: readonly number[], gain: number, seed: number): Float32Array {
  const length = sizeOf(shape)
  // One axis: biases, and means.
  const most = shape.length === 1 ? 0.1 : gain * Math.sqrt((6 * (shape[0] as number)) / length)
  return uniform(length, -most, most, seed)
}

/** The graph's messages but for the nodes that make weights, and what only those read. */
function keptMessages(light: Uint8Array, { graph }: OnnxModel) {
  const shapes = new Set(
    graph.nodes.filter(({ operator }) => operator === "ConstantOfShape").map(({ inputs }) => inputs[0]),
  )
  const kept: { [Kind in "nodes" | "initializers" | "inputs" | "outputs"]: Uint8Array[] } = {
    nodes: [],
    initializers: [],
    inputs: [],
    outputs: [],
  }
  let index = 0
  for (const [field, message] of messagesIn(graphOf(light))) {
    if (field === 1 && graph.nodes[index++]?.operator !== "ConstantOfShape") kept.nodes.push(message)
    // TensorProto and ValueInfoProto have their names in fields 8 and 1.
    if (field === 5 && !shapes.has(nameIn(message, 8))) kept.initializers.push(message)
    if (field === 11 && !graph.initializers.has(nameIn(message, 1))) kept.inputs.push(message)
    if (field === 12) kept.outputs.push(message)
  }
  return kept
}

function graphOf(model: Uint8Array): Uint8Array {
  let graph = new Uint8Array()
  walk(model, newBudget(), (field) => {
    if (field.number === 7) graph = new Uint8Array(field.bytes())
  })
  return graph
}

/** The fields of a graph that hold messages, with their numbers. */
function messagesIn(graph: Uint8Array): readonly (readonly [number, Uint8Array])[] {
  const messages: (readonly [number, Uint8Array])[] = []
  walk(graph, newBudget(), (field) => {
    if ([1, 5, 11, 12].includes(field.number)) messages.push([field.number, field.bytes()])
  })
  return messages
}

function nameIn(message: Uint8Array, number: number): string {
  let name = ""
  walk(message, newBudget(), (field) => {
    if (field.number === number) name = field.text()
  })
  return name
}

/** A vector of int64 as the numbers that it holds. */
function integersOf(tensor: ReturnType<OnnxModel["graph"]["initializers"]["get"]>): readonly number[] {
  if (tensor === undefined || !("bytes" in tensor.data)) throw new Error("A shape isn't in the model's file.")
  return [...new BigInt64Array(tensor.data.bytes.slice().buffer)].map(Number)
}
