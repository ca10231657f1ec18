import type { Capabilities, Engine, Host } from "@strongroom/core/backend"
import { loadModel } from "./load.js"
import { loadSavedModel } from "./saved-model/load.js"
import { savedModelTypes, withoutTensorflow } from "./saved-model/saved-models.js"
import type { StartedEngines } from "./started-engines.js"

/** TensorFlow.js as one engine of the contract, whichever of its own engines computes. */
export function tfjsEngine(engines: StartedEngines, host: Host): Engine {
  const { tf, device, driver } = engines.preferred
  return {
    fingerprint: { engine: "tfjs", version: tf.version_core, device, driver },
    capabilities: {
      // Without TensorFlow's library a SavedModel is declined, with a sentence on where to get it.
      kinds: ["tfjs-graph", "tfjs-layers", "saved-model"],
      ...typesWith(engines.haveSavedModels),
      parallelRuns: 1,
      cancels: false,
      keepsOutputs: true,
    },
    load: (model, context) =>
      (model.kind === "saved-model" ? loadSavedModel : loadModel)(engines, host, model, context),
    async close() {},
  }
}

/** int64 and uint8 are in SavedModels alone: what a graph model had as those is int32 here. */
function typesWith(savedModels: boolean): Pick<Capabilities, "types" | "installableTypes"> {
  const own = ["float32", "int32", "bool", "string"] as const
  if (savedModels) return { types: [...own, ...savedModelTypes] }
  return { types: own, installableTypes: Object.fromEntries(savedModelTypes.map((type) => [type, withoutTensorflow])) }
}
