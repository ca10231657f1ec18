import type { DeviceBuffer } from "@strongroom/opencl/objects"
import type { DeviceMemory } from "./device-memory.js"

/** What every run reads and none writes, on the device: weights, and what is computed of them once. By keys. */
export interface Constants {
  get(key: string): DeviceBuffer | undefined
  /** Takes a buffer over, for one user. */
  put(key: string, buffer: DeviceBuffer): void
  /** One more user. */
  retain(key: string): void
  /** One user less; of the last, the buffer goes. */
  release(key: string): void
}

/** @param memory of which what is put here was allocated */
export function constants(memory: DeviceMemory): Constants {
  const buffers = new Map<string, { readonly buffer: DeviceBuffer; users: number }>()
  return {
    get: (key) => buffers.get(key)?.buffer,
    put(key, buffer) {
      buffers.set(key, { buffer, users: 1 })
    },
    retain(key) {
      const known = buffers.get(key)
      if (known !== undefined) known.users += 1
    },
    release(key) {
      const known = buffers.get(key)
      if (known === undefined) return
      known.users -= 1
      if (known.users > 0) return
      buffers.delete(key)
      memory.release(known.buffer)
    },
  }
}
