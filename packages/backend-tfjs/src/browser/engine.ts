import type { CreateEngine, Json } from "@strongroom/core/backend"
import { tfjsEngine } from "../engine.js"
import { startEngines } from "../started-engines.js"
import { pageEngines } from "./engines.js"
import { type CheckedPageOptions, pageEngineNames } from "./options.js"

/** TensorFlow.js, as the module that a page's bundle holds. */
const createEngine: CreateEngine = async (options: Json, host) => {
  const { engine: wanted, wasmPaths } = options as CheckedPageOptions
  const isNamed = wanted !== "auto"
  const found = (isNamed ? [wanted] : pageEngineNames).map((engine) => ({ engine, place: "" }))
  const engines = await startEngines({ isNamed, found, passedOver: [] }, host, async ({ engine }) => {
    const runtime = await pageEngines[engine]({ isNamed, wasmPaths })
    return { ...runtime, loadLayers: () => import("@tensorflow/tfjs-layers") }
  })
  return tfjsEngine(engines, host)
}

export default createEngine
