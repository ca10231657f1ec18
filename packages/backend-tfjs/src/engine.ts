import type { Engine, Host } from "@strongroom/core/backend"
import { loadModel } from "./load.js"
import type { StartedEngines } from "./started-engines.js"

/** TensorFlow.js as one engine of the contract, whichever of its own engines computes. */
export function tfjsEngine(engines: StartedEngines, host: Host): Engine {
  const { tf, device, driver } = engines.preferred
  return {
    fingerprint: { engine: "tfjs", version: tf.version_core, device, driver },
    capabilities: {
      kinds: ["tfjs-graph", "tfjs-layers"],
      types: ["float32", "int32", "bool", "string"],
      parallelRuns: 1,
      cancels: false,
      keepsOutputs: true,
    },
    load: (model, context) => loadModel(engines, host, model, context),
    async close() {},
  }
}
