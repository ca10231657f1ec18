import type { OnnxAttribute, OnnxData, OnnxFunction, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from "./model.js"

/** The file that a model was read from. */
export interface ReadFile {
  readonly bytes: Uint8Array
  /** What its tensors' places call it. */
  readonly location: string
}

/**
 * Whether a tensor's elements are known on the host, for shapes are computed of them: integers that aren't many, and floats
 * that are few. Others are for the device.
 */
export function isKnownOnHost({ type, shape }: OnnxTensor): boolean {
  const size = shape.reduce((product, length) => product * length, 1)
  return size <= (type.includes("float") ? 64 : 4096)
}

/**
 * The same model without views into its file, which can then be let go: small tensors have their bytes, constants and what
 * shapes are computed of; others say where in the file theirs are, as if it were another file.
 */
export function detached({ graph, functions, operatorSets }: OnnxModel, file: ReadFile): OnnxModel {
  const made = new Map<OnnxTensor, OnnxTensor>()

  function tensorOf(tensor: OnnxTensor): OnnxTensor {
    const known = made.get(tensor) ?? { ...tensor, data: dataOf(tensor) }
    made.set(tensor, known)
    return known
  }

  function dataOf(tensor: OnnxTensor): OnnxData {
    const { data } = tensor
    if (!("bytes" in data) || data.bytes.buffer !== file.bytes.buffer) return data
    if (isKnownOnHost(tensor)) return { bytes: data.bytes.slice() }
    const offset = data.bytes.byteOffset - file.bytes.byteOffset
    return { location: file.location, offset, byteLength: data.bytes.byteLength }
  }

  const graphOf = (one: OnnxGraph): OnnxGraph => ({
    ...one,
    nodes: one.nodes.map(nodeOf),
    initializers: new Map(Array.from(one.initializers, ([name, tensor]) => [name, tensorOf(tensor)])),
  })
  const nodeOf = (node: OnnxNode): OnnxNode => ({ ...node, attributes: attributesOf(node.attributes) })
  const attributesOf = (attributes: ReadonlyMap<string, OnnxAttribute>) =>
    new Map(Array.from(attributes, ([name, attribute]) => [name, attributeOf(attribute)]))
  function attributeOf(attribute: OnnxAttribute): OnnxAttribute {
    if (attribute.kind === "tensor") return { ...attribute, value: tensorOf(attribute.value) }
    if (attribute.kind === "graph") return { ...attribute, value: graphOf(attribute.value) }
    return attribute.kind === "graphs" ? { ...attribute, value: attribute.value.map(graphOf) } : attribute
  }
  const functionOf = (one: OnnxFunction): OnnxFunction => ({
    ...one,
    nodes: one.nodes.map(nodeOf),
    attributes: attributesOf(one.attributes),
  })

  return {
    operatorSets,
    graph: graphOf(graph),
    functions: new Map(Array.from(functions, ([name, one]) => [name, functionOf(one)])),
  }
}
