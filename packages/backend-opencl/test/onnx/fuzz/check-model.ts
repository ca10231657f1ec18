import type { ElementType } from "@strongroom/core/backend"
import { elementCount, tensorByteLength } from "@strongroom/core/host"
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from "../../../src/onnx/model.js"

/**
 * What an engine may trust in a model that was read, said once more and otherwise than by the reader.
 *
 * @throws Error
 */
export function checkModel({ graph, functions, operatorSets }: OnnxModel): void {
  demand(operatorSets.size > 0, "there are operator sets")
  checkGraph(graph, new Map())
  for (const { inputs, outputs, nodes, attributes } of functions.values()) {
    const defined = new Map(inputs.map((name) => [name, 1]))
    checkNodes(nodes, defined)
    for (const name of outputs) demand(defined.has(name), "a function's output is defined")
    for (const attribute of attributes.values()) checkAttribute(attribute, defined)
  }
}

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(`It isn't so that ${what}.`)
}

/** By name: how many definitions the graph itself has, at most one; 0 are those of graphs around it. */
type Definitions = Map<string, number>

function checkGraph({ inputs, outputs, initializers, nodes }: OnnxGraph, outer: Definitions): void {
  const defined: Definitions = new Map(Array.from(outer.keys(), (name) => [name, 0]))
  for (const { name } of inputs) define(name, defined)
  for (const [name, tensor] of initializers) {
    defined.set(name, 1)
    checkTensor(tensor)
  }
  checkNodes(nodes, defined)
  for (const { name } of outputs) demand(defined.has(name), "an output is defined")
}

function define(name: string, defined: Definitions): void {
  demand(defined.get(name) !== 1, "a value is defined once")
  defined.set(name, 1)
}

function checkNodes(nodes: readonly OnnxNode[], defined: Definitions): void {
  for (const { operator, inputs, outputs, attributes } of nodes) {
    demand(operator !== "", "a node has an operator")
    for (const name of inputs) demand(name === "" || defined.has(name), "a value is defined before it is used")
    for (const attribute of attributes.values()) checkAttribute(attribute, defined)
    for (const name of outputs) if (name !== "") define(name, defined)
  }
}

function checkAttribute(attribute: OnnxAttribute, defined: Definitions): void {
  if (attribute.kind === "tensor") checkTensor(attribute.value)
  if (attribute.kind === "graph") checkGraph(attribute.value, defined)
  if (attribute.kind === "graphs") for (const graph of attribute.value) checkGraph(graph, defined)
}

function checkTensor({ type, shape, data }: OnnxTensor): void {
  // Both throw for what isn't a shape.
  const count = elementCount(shape)
  if (type === "other") return
  if (type === "string") {
    demand("strings" in data && data.strings.length === count, "a tensor has as many strings as its shape says")
    return
  }
  const byteLength = tensorByteLength(type as ElementType, shape)
  if ("location" in data) {
    demand(data.location !== "" && data.byteLength === byteLength, "a tensor's data is somewhere, whole")
    demand(data.offset >= 0 && Number.isSafeInteger(data.offset + byteLength), "its offset is one")
  } else {
    demand("bytes" in data && data.bytes.length === byteLength, "a tensor has as many bytes as its shape says")
    if (type === "bool" && "bytes" in data)
      demand(
        data.bytes.every((value) => value < 2),
        "a truth value is 0 or 1",
      )
  }
}
