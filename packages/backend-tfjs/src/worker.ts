import type { CreateEngine, Engine, Json } from "@strongroom/core/backend"
import type { Candidates } from "./candidates.js"
import { loadModel } from "./load.js"
import { startEngines } from "./started-engines.js"

/** TensorFlow.js, as the module that a vault imports. */
const createEngine: CreateEngine = async (options: Json, host): Promise<Engine> => {
  const engines = await startEngines(options as Candidates, host)
  const { tf, device, driver } = engines.preferred
  return {
    fingerprint: { engine: "tfjs", version: tf.version_core, device, driver },
    capabilities: {
      kinds: ["tfjs-graph"],
      types: ["float32", "int32", "bool", "string"],
      parallelRuns: 1,
      cancels: false,
      keepsOutputs: true,
    },
    load: (model, context) => loadModel(engines, host, model, context),
    async close() {},
  }
}

export default createEngine
