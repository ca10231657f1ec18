import { type OpenModel, StrongroomError, type TensorSpec } from "@strongroom/core/backend"
import type { InferenceSession } from "onnxruntime-node"
import type { RuntimeSession } from "./session.js"

/**
 * `session`, which is released where its graph has other inputs or outputs than its manifest.
 *
 * @throws StrongroomError `backend-failed`
 */
export async function checkedSession<S extends RuntimeSession>(model: OpenModel, session: S): Promise<S> {
  try {
    checkTensors(model.inputs, session.inputMetadata)
    checkTensors(model.outputs, session.outputMetadata)
    return session
  } catch (error) {
    await session.release()
    throw error
  }
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
