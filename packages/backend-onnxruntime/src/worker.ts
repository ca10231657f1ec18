import { cpus } from "node:os"
import type { CreateEngine, Engine, Json } from "@strongroom/core/backend"
import { loadModel } from "./load.js"
import type { CheckedOptions } from "./options.js"
import { loadWithPlugin } from "./plugin/load.js"
import { registeredProvider } from "./plugin/provider.js"
import { rehearse } from "./rehearsal.js"
import { loadRuntime } from "./runtime.js"

/** ONNX Runtime, as the module that a vault imports. */
const createEngine: CreateEngine = async (options: Json, host): Promise<Engine> => {
  const checked = options as CheckedOptions
  const { executionProviders, threads, plugin } = checked
  const runtime = loadRuntime()
  const provider = plugin && registeredProvider(plugin)
  const sessionOptions = {
    executionProviders,
    logSeverityLevel: 4,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
  } as const
  const providers = provider ? [provider.name, ...executionProviders] : executionProviders
  const place = { runtime, sessionOptions, options: checked, host }
  // When whoever waits for this engine has been told of it. What fails here, a real model's load says better.
  setImmediate(() => rehearse(runtime, sessionOptions).catch(() => {}))
  return {
    fingerprint: {
      engine: "onnxruntime",
      version: runtime.env.versions.node ?? runtime.env.versions.common,
      device: `${providers.join(", ")} on ${process.arch} ${cpus()[0]?.model.trim() ?? ""}`.trim(),
      driver: provider ? provider.fingerprint : "none",
    },
    capabilities: {
      kinds: ["onnx"],
      // What the JavaScript API takes and gives whole: it cuts strings at U+0000, and has neither bfloat16 nor 4-bit
      // types. Inside a model all of these are ONNX Runtime's business.
      types: [
        ...(["float16", "float32", "float64", "int8", "int16", "int32", "int64"] as const),
        ...(["uint8", "uint16", "uint32", "uint64", "bool"] as const),
      ],
      // A run blocks its thread: onnxruntime-node 1.30 calls the library's synchronous Run.
      parallelRuns: 1,
      cancels: false,
      keepsOutputs: true,
    },
    load: (model, context) =>
      provider ? loadWithPlugin(provider, place, model, context) : loadModel(place, model, context),
    async close() {},
  }
}

export default createEngine
