import { createHash } from "node:crypto"
import type {
  OnnxAttribute,
  OnnxFunction,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValue,
} from "../../src/onnx/model.js"

/** Everything that was read of a model, as a text: test/programs/describe_onnx.py makes the same of onnx's own reading. */
export function describeModel({ operatorSets, graph, functions }: OnnxModel): string {
  const own = Array.from(functions, ([key, value]) => describeFunction(key, value))
  return [describeSets(operatorSets), describeGraph(graph), ...own].join("\n")
}

export const digest = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex")

const text = JSON.stringify

const describeSets = (sets: ReadonlyMap<string, number>) => text([...sets].sort(([a], [b]) => (a < b ? -1 : 1)))

function describeFunction(key: string, { inputs, outputs, nodes, operatorSets }: OnnxFunction): string {
  const colon = key.indexOf(":")
  const head = text([key.slice(0, colon), key.slice(colon + 1), inputs, outputs])
  return [head, describeSets(operatorSets), ...nodes.map(describeNode)].join("\n")
}

function describeGraph({ nodes, inputs, outputs, initializers }: OnnxGraph): string {
  return [
    ...nodes.map(describeNode),
    ...inputs.map(describeValue),
    ...outputs.map(describeValue),
    ...Array.from(initializers, ([name, tensor]) => `${text(name)} ${describeTensor(tensor)}`),
  ].join("\n")
}

function describeNode({ domain, operator, name, inputs, outputs, attributes }: OnnxNode): string {
  const own = [...attributes].sort(([a], [b]) => (a < b ? -1 : 1))
  const lines = own.map(([key, attribute]) => `${text(key)} ${describeAttribute(attribute)}`)
  return [text([domain, operator, name, inputs, outputs]), ...lines].join("\n")
}

const describeValue = ({ name, type, shape }: OnnxValue) =>
  text([name, type ?? null, shape?.map((size) => size ?? null) ?? null])

function describeAttribute(attribute: OnnxAttribute): string {
  switch (attribute.kind) {
    case "float":
      return `float ${bits(attribute.value)}`
    case "floats":
      return `floats ${attribute.value.map(bits).join(" ")}`
    case "int":
      return `int ${attribute.value}`
    case "ints":
      return `ints ${attribute.value.join(" ")}`
    case "tensor":
      return `tensor ${describeTensor(attribute.value)}`
    case "graph":
      return `graph ${describeGraph(attribute.value)}`
    case "graphs":
      return `graphs ${attribute.value.map(describeGraph).join(" ")}`
    case "other":
      return "other "
    default:
      return `${attribute.kind} ${text(attribute.value)}`
  }
}

const bits = (value: number) => Buffer.from(Float32Array.of(value).buffer).toString("hex")

function describeTensor({ type, shape, data }: OnnxTensor): string {
  if (type === "other") return `other ${text(shape)} `
  if ("location" in data) throw new Error("No model here has its weights in another file.")
  return `${type} ${text(shape)} ${"strings" in data ? text(data.strings) : digest(data.bytes)}`
}
