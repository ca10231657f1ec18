import type { Sink } from "./sink.js"

/** A sink in memory. `bytes()` gives what was written, once it is committed; it is the sink's own memory, not a copy. */
export function memorySink(): Sink & { bytes(): Uint8Array } {
  let memory = new Uint8Array(0)
  let length = 0
  let state: "open" | "committed" | "aborted" = "open"
  const checkOpen = () => {
    if (state !== "open") throw new TypeError(`This sink is ${state}.`)
  }
  return {
    async write(offset, bytes) {
      checkOpen()
      const end = offset + bytes.length
      if (end > memory.length) {
        const larger = new Uint8Array(Math.max(end, 2 * memory.length))
        larger.set(memory.subarray(0, length))
        memory = larger
      }
      memory.set(bytes, offset)
      length = Math.max(length, end)
    },
    async commit() {
      checkOpen()
      state = "committed"
    },
    async abort() {
      if (state === "open") state = "aborted"
      if (state === "aborted") memory = new Uint8Array(0)
    },
    bytes() {
      if (state !== "committed") throw new TypeError("This sink has no bytes before it is committed.")
      return memory.subarray(0, length)
    },
  }
}
