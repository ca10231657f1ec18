import { type OpenModel, StrongroomError, type TensorSpec } from "@strongroom/core/backend"
import type { InferenceSession } from "onnxruntime-node"
import type { RuntimeSession } from "./session.js"

/** @throws StrongroomError `backend-failed` for a graph with other inputs or outputs than its manifest's */
export function checkSession(model: OpenModel, { inputMetadata, outputMetadata }: RuntimeSession): void {
  checkTensors(model.inputs, inputMetadata)
  checkTensors(model.outputs, outputMetadata)
}

/** An input that the graph doesn't have would be ignored without a word. */
function checkTensors(specs: readonly TensorSpec[], found: readonly InferenceSession.ValueMetadata[]): void {
  const types = new Map(found.map((value) => [value.name, value.isTensor ? value.type : undefined]))
  if (types.size === specs.length && specs.every(({ name, type }) => types.get(name) === type)) return
  throw new StrongroomError(
    "backend-failed",
    "The manifest's inputs or outputs aren't those of the graph, by name and type: import and seal the model again.",
  )
}
