import { checkRead, checkWithin } from "./check-read.js"
import type { Source } from "./source.js"

/** Bytes in memory as a source. They stay the caller's, and are copied as they are read. */
export function bytesSource(bytes: Uint8Array): Source {
  if (!(bytes instanceof Uint8Array)) throw new TypeError("bytesSource expects a Uint8Array.")
  return {
    async byteLength() {
      return bytes.length
    },
    async read(offset, target, signal) {
      checkRead(offset, target, signal)
      checkWithin(offset, target.length, bytes.length)
      target.set(bytes.subarray(offset, offset + target.length))
    },
    async close() {},
  }
}
