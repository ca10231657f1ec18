import { isFloat, type TensorType } from "../graph/tensor-type.js"
import type { OnnxNode } from "../onnx/model.js"

/** Attributes that say a result's type, which operators then give as it is. */
const typeAttributes = ["to", "dtype", "output_dtype", "output_datatype"] as const

/** Whose results have the type of another input than the first of floats. */
const typedBy: Readonly<Record<string, number>> = { CastLike: 1, OneHot: 2 }

/**
 * What a model calls a result that is computed as float32. Nearly all operators have the type of their first input of
 * floats; graphs within nodes say the types of their outputs.
 *
 * @param inputs what the model calls the node's inputs
 * @param index of the result
 */
export function calledType(
  node: OnnxNode,
  inputs: readonly (TensorType | undefined)[],
  index: number,
): string | undefined {
  if (typeAttributes.some((name) => node.attributes.has(name))) return undefined
  for (const attribute of node.attributes.values()) {
    // A loop's body gives its condition first.
    const skipped = node.operator === "Loop" ? 1 : 0
    if (attribute.kind === "graph") return attribute.value.outputs[index + skipped]?.type
  }
  const by = typedBy[node.operator]
  return by === undefined ? inputs.find((type) => type !== undefined && isFloat(type)) : inputs[by]
}
