import type { DeviceBuffer } from "@strongroom/opencl/objects"
import { allocate, allocateZeroed } from "../allocate.js"
import type { Place } from "../place.js"

/** Buffers of one session, counted. */
export interface DeviceMemory {
  /** All that are there, in bytes. */
  readonly bytes: number
  /** The most that have been there at a time, in bytes. */
  readonly mostBytes: number
  /** @throws StrongroomError `out-of-memory`, with the bytes asked for */
  allocate(byteLength: number, content?: "any" | "zeros"): DeviceBuffer
  /** Of a buffer that was allocated here. */
  release(buffer: DeviceBuffer): void
}

export function deviceMemory(place: Place): DeviceMemory {
  const lengths = new Map<DeviceBuffer, number>()
  let [bytes, mostBytes] = [0, 0]
  return {
    get bytes() {
      return bytes
    },
    get mostBytes() {
      return mostBytes
    },
    allocate(byteLength, content = "any") {
      const buffer = content === "zeros" ? allocateZeroed(place, byteLength) : allocate(place.context, byteLength)
      lengths.set(buffer, byteLength)
      bytes += byteLength
      mostBytes = Math.max(mostBytes, bytes)
      return buffer
    },
    release(buffer) {
      bytes -= lengths.get(buffer) ?? 0
      lengths.delete(buffer)
      buffer.release()
    },
  }
}
