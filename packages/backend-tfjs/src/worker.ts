import type { CreateEngine, Json } from "@strongroom/core/backend"
import type { Candidates } from "./candidates.js"
import { tfjsEngine } from "./engine.js"
import { engineByName } from "./engines/index.js"
import { rehearsedEngine } from "./rehearsed-engine.js"
import { startEngines } from "./started-engines.js"

/** TensorFlow.js, as the module that a vault imports. */
const createEngine: CreateEngine = async (options: Json, host) => {
  const candidates = options as Candidates
  const { isNamed } = candidates
  const engines = await startEngines(candidates, host, ({ engine, place }) =>
    engineByName(engine).start({ place, host, isNamed }),
  )
  return rehearsedEngine(tfjsEngine(engines, host), engines.preferred, host)
}

export default createEngine
