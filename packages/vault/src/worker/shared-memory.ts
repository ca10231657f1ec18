import type { ElementType } from "@strongroom/core/backend"
import { closeAll, descriptorPassing } from "../channel/descriptor-passing.js"
import { channelInvalid, failure } from "../channel/wire-error.js"
import { leastSharedBytes, mostSharedBytes, rangeOf, type WireRange } from "../channel/wire-tensor.js"
import type { Libc, Mapping } from "../os/libc.js"
import { passingDescriptor } from "./passing-descriptor.js"

/**
 * The memory that a session's tensors cross in. The app may write to it at any time, and may say anything about what is
 * where: nothing that has been checked is read from here again.
 */
export interface SharedMemory {
  /**
   * Makes memory, and passes it to the app, in place of what there was. Its number.
   *
   * @throws StrongroomError `out-of-memory`, where it isn't to be had.
   */
  make(byteLength: number): Promise<number>
  /** For one run. @throws `channel-invalid` for memory that the app no longer has. */
  open(number: number, room: WireRange | null): RunMemory
  /** Nothing reads the memory any more. Safe twice. */
  close(): Promise<void>
}

export interface RunMemory {
  /**
   * An input's bytes. Large floats lie where the app put them: no value of theirs is checked by anybody. What has to be
   * checked (indexes, bools), or is so small that an engine may take it for a parameter, is a copy.
   *
   * @throws `channel-invalid` for what isn't within the memory.
   */
  get(type: ElementType, range: WireRange): Uint8Array
  /** Copies an output into the app's room; `undefined`: it goes into the frame. */
  put(bytes: Uint8Array): WireRange | undefined
  /** The run reads nothing of it any more. */
  close(): void
}

interface Made {
  readonly mapping: Mapping
  runs: number
}

const readInPlace: readonly ElementType[] = ["float16", "float32", "float64", "bfloat16"]
const alignment = 64

export function sharedMemory(session: number, libc: Promise<Libc>): SharedMemory {
  const made = new Map<number, Made>()
  let last = 0

  /** The app names no older memory after newer. What an engine may still look at, against the contract, reads zeros. */
  function retireBefore(number: number): void {
    for (const [one, { mapping, runs }] of made) {
      if (one >= number || runs > 0) continue
      made.delete(one)
      mapping.retire()
    }
  }

  return {
    async make(byteLength) {
      if (byteLength === 0 || byteLength > mostSharedBytes) {
        throw failure("out-of-memory", `Shared memory has from 1 to ${mostSharedBytes} bytes, not ${byteLength}`)
      }
      const system = await available(libc)
      const descriptor = system.memoryFile(byteLength)
      try {
        const mapping = system.map(descriptor, byteLength)
        if (!descriptorPassing(system, passingDescriptor).send(session, [descriptor])) {
          mapping.unmap()
          throw failure("out-of-memory", "The app takes no descriptors now")
        }
        made.set(++last, { mapping, runs: 0 })
        return last
      } finally {
        closeAll([descriptor])
      }
    },
    open(number, room) {
      const memory = made.get(number)
      if (!memory) throw channelInvalid("A message refers to shared memory that isn't there")
      const { bytes } = memory.mapping
      const target = room && rangeOf(bytes, room)
      memory.runs++
      retireBefore(number)
      let used = 0
      let isOpen = true
      return {
        get(type, range) {
          const lying = rangeOf(bytes, range)
          return readInPlace.includes(type) && lying.length >= leastSharedBytes ? lying : lying.slice()
        },
        put(output) {
          if (!room || !target || output.length < leastSharedBytes || output.length > target.length - used) {
            return undefined
          }
          const range = { at: room.at + used, byteLength: output.length }
          target.set(output, used)
          used = Math.min(target.length, Math.ceil((used + output.length) / alignment) * alignment)
          return range
        },
        close() {
          if (isOpen) memory.runs--
          isOpen = false
        },
      }
    },
    async close() {
      // A thread that ends while a module is being read leaves the module's file open.
      await libc.catch(() => {})
      for (const { mapping } of made.values()) mapping.unmap()
      made.clear()
    },
  }
}

async function available<T>(loading: Promise<T>): Promise<T> {
  try {
    return await loading
  } catch {
    throw failure("out-of-memory", "The system's calls for shared memory can't be reached")
  }
}
