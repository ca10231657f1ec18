import type { Part } from "@strongroom/core/backend"
import { heapPlaintext } from "@strongroom/core/host"

/** A part whose bytes are in memory, for an engine that is called without a sealed model. */
export function memoryPart(role: Part["role"], name: string, content: Uint8Array): Part {
  return {
    role,
    name,
    byteLength: content.length,
    async bytes() {
      const plaintext = heapPlaintext(content.length)
      plaintext.bytes.set(content)
      return plaintext
    },
    async into(target) {
      if (typeof target === "bigint") throw new TypeError("This host writes to no addresses.")
      target.set(content)
    },
    async *chunks() {
      yield content.slice()
    },
    async path() {
      throw new TypeError("This host has no files.")
    },
  }
}
