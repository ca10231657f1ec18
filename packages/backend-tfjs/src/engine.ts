import type { Engine, Host } from "@strongroom/core/backend"
import { loadModel } from "./load.js"
import { loadSavedModel } from "./saved-model/load.js"
import { savedModelTypes } from "./saved-model/saved-models.js"
import type { StartedEngines } from "./started-engines.js"

/** TensorFlow.js as one engine of the contract, whichever of its own engines computes. */
export function tfjsEngine(engines: StartedEngines, host: Host): Engine {
  const { tf, device, driver } = engines.preferred
  return {
    fingerprint: { engine: "tfjs", version: tf.version_core, device, driver },
    capabilities: {
      // Without TensorFlow's library a SavedModel is declined, with a sentence on where to get it.
      kinds: ["tfjs-graph", "tfjs-layers", "saved-model"],
      types: ["float32", "int32", "bool", "string", ...(engines.haveSavedModels ? savedModelTypes : [])],
      parallelRuns: 1,
      cancels: false,
      keepsOutputs: true,
    },
    load: (model, context) =>
      (model.kind === "saved-model" ? loadSavedModel : loadModel)(engines, host, model, context),
    async close() {},
  }
}
