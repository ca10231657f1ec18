import type { CreateEngine, Engine } from "@strongroom/core/backend"
import { loadModel } from "./load.js"
import { loadRuntime } from "./runtime.js"

/** TensorFlow.js, as the module that a vault imports. */
const createEngine: CreateEngine = async (_options, host): Promise<Engine> => {
  const runtime = await loadRuntime()
  const { tf } = runtime
  const simd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT")
  return {
    fingerprint: {
      engine: "tfjs",
      version: tf.version_core,
      device: `wasm${simd ? " with SIMD" : ""}, one thread, on ${process.arch}`,
      driver: "none",
    },
    capabilities: {
      kinds: ["tfjs-graph"],
      types: ["float32", "int32", "bool", "string"],
      parallelRuns: 1,
      cancels: false,
      keepsOutputs: true,
    },
    load: (model, context) => loadModel(runtime, host, model, context),
    async close() {},
  }
}

export default createEngine
