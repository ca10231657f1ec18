// An engine that runs nothing, and names Vulkan's devices.
import { deviceNames } from "./vulkan-library.mjs"

export default async function create({ library }) {
  return {
    fingerprint: { engine: "vulkan", version: "1", device: "any", driver: "any" },
    capabilities: { kinds: ["file"], types: ["string"], parallelRuns: 1, cancels: false, keepsOutputs: false },
    load: async () => ({
      async run() {
        const data = deviceNames(library)
        return { devices: { type: "string", shape: [data.length], data } }
      },
      async close() {},
    }),
    async close() {},
  }
}
