// A backend whose engine copies its input, which is the least that an engine can do, or blocks its thread for a while. The
// vault imports this module.
import type { CreateEngine, RawTensor } from "@strongroom/core/backend"

const create: CreateEngine = async (options) => {
  const { blockMilliseconds = 0 } = (options ?? {}) as { blockMilliseconds?: number }
  const never = new Int32Array(new SharedArrayBuffer(4))
  return {
    fingerprint: { engine: "echo", version: "1", device: "cpu", driver: "none" },
    capabilities: { kinds: ["file"], types: ["float32"], parallelRuns: 1, cancels: false, keepsOutputs: false },
    async load() {
      return {
        async run({ inputs, allocate }) {
          const x = inputs.x as RawTensor & { readonly data: Uint8Array; readonly type: "float32" }
          if (blockMilliseconds > 0) Atomics.wait(never, 0, 0, blockMilliseconds)
          const data = allocate(x.type, x.shape)
          data.set(x.data)
          return { y: { type: x.type, shape: x.shape, data } }
        },
        async close() {},
      }
    },
    async close() {},
  }
}

export default create
