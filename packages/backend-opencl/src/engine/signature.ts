import { type OpenModel, StrongroomError, type TensorSpec } from "@strongroom/core/backend"
import type { OnnxModel, OnnxValue } from "../onnx/model.js"

/**
 * An input that the graph doesn't have would be ignored without a word.
 *
 * @throws StrongroomError `backend-failed` unless the manifest's inputs and outputs are the graph's, by name and type
 */
export function checkSignature(model: OpenModel, { graph }: OnnxModel): void {
  const inputs = graph.inputs.filter(({ name }) => !graph.initializers.has(name))
  if (isSame(model.inputs, inputs) && isSame(model.outputs, graph.outputs)) return
  throw new StrongroomError(
    "backend-failed",
    "The manifest's inputs or outputs aren't those of the graph, by name and type: import and seal the model again.",
  )
}

function isSame(specs: readonly TensorSpec[], values: readonly OnnxValue[]): boolean {
  const types = new Map(values.map(({ name, type }) => [name, type]))
  return types.size === specs.length && specs.every(({ name, type }) => types.get(name) === type)
}
