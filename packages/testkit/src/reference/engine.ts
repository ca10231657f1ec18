import type { Capabilities, CreateEngine, Engine } from "@strongroom/core/backend"
import { elementTypes } from "@strongroom/core/host"
import { loadProgram } from "./load-program.js"
import { programSession } from "./program-session.js"

/** The reference backend's module. */
const createEngine: CreateEngine = async (less) => referenceEngine(less as Partial<Capabilities>)

export default createEngine

export function referenceEngine(less: Partial<Capabilities> = {}): Engine {
  return {
    fingerprint: { engine: "reference", version: "1", device: "cpu", driver: "none" },
    capabilities: {
      kinds: ["file"],
      types: [...elementTypes, "string"],
      parallelRuns: 4,
      cancels: true,
      keepsOutputs: true,
      ...less,
    },
    async load(model, context) {
      const loaded = await loadProgram(model, context)
      return "declined" in loaded ? loaded : programSession(loaded)
    },
    close: async () => undefined,
  }
}
