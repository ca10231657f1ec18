import { fstatSync } from "node:fs"
import type { RawTensor } from "@strongroom/core/backend"
import { closeAll } from "../channel/descriptor-passing.js"
import { type KeptNumber, leastSharedBytes, mostSharedBytes, rangeOf, type WireRange } from "../channel/wire-tensor.js"
import type { Mapping } from "../os/libc.js"
import { type Arena, aligned, arena } from "./arena.js"
import type { Connection } from "./connection.js"
import type { Crossing } from "./crossing.js"

/** One run's piece of shared memory, or none. */
export interface RunPlace {
  /** As the message to the vault says it. */
  readonly where: { readonly memory: number | null; readonly room: WireRange | null }
  /** Puts an input's bytes there; `undefined`: it goes into the frame. */
  put(bytes: Uint8Array): WireRange | undefined
  /** A copy of an output's bytes. @throws `channel-invalid` when the vault names what isn't there. */
  get(range: WireRange): Uint8Array
  /** How many bytes the run's outputs had together that could be shared: later runs get as much room. */
  learn(outputs: readonly number[]): void
  /** When the vault has done with it. */
  free(): void
}

/**
 * The memory that a session's tensors cross in. The vault makes it, and the app says what is where. What is shared is the
 * app's own inputs and outputs: they aren't overwritten after use.
 */
export interface SessionMemory {
  place(inputs: readonly (RawTensor | KeptNumber)[]): RunPlace
  /** When the session's connection has ended: nothing that waits is answered any more. Safe twice. */
  close(): void
}

interface Shared {
  readonly number: number
  readonly mapping: Mapping
  readonly pieces: Arena
}

const leastMemoryBytes = 2 ** 20

export function sessionMemory(session: number, crossing: Crossing, connection: Connection): SessionMemory {
  let current: Shared | undefined
  const open = new Set<Shared>()
  let asked = false
  /** The most that one run's outputs took. */
  let roomBytes = 0

  function mapped(number: number): Shared {
    const descriptors = crossing.passing.take(session)
    try {
      const [descriptor] = descriptors
      if (descriptor === undefined || !crossing.libc.isSealed(descriptor)) throw new TypeError("No sealed memory")
      const { size } = fstatSync(descriptor)
      const shared = { number, mapping: crossing.libc.map(descriptor, size), pieces: arena(size) }
      open.add(shared)
      return shared
    } finally {
      closeAll(descriptors)
    }
  }

  function unmap(shared: Shared): void {
    if (open.delete(shared)) shared.mapping.unmap()
  }

  function retire(shared: Shared): void {
    if (shared !== current && shared.pieces.isEmpty) unmap(shared)
  }

  /** For later runs: those that come before it is there go into frames. Where it isn't given, so do all. */
  function ask(byteLength: number): void {
    if (asked || byteLength > mostSharedBytes) return
    asked = true
    const wanted = Math.max(leastMemoryBytes, 2 ** Math.ceil(Math.log2(byteLength)))
    const adopt = (number: number): boolean => {
      const before = current
      try {
        current = mapped(number)
      } catch {
        return false
      }
      if (before) retire(before)
      return true
    }
    connection
      .request("shared", { type: "share", session, byteLength: wanted }, {}, ({ message }) => adopt(message.memory))
      .then(
        (adopted) => {
          asked = !adopted
        },
        () => {},
      )
  }

  return {
    place(inputs) {
      const inputBytes = inputs.reduce((sum, value) => sum + sharedBytes(value), 0)
      const byteLength = inputBytes + roomBytes
      const shared = current
      const at = shared && byteLength > 0 ? shared.pieces.take(byteLength) : undefined
      if (byteLength > 0 && at === undefined) ask(byteLength + (shared?.pieces.taken ?? 0))
      const learn = (outputs: readonly number[]) => {
        roomBytes = Math.max(
          roomBytes,
          outputs.reduce((sum, bytes) => sum + shareable(bytes), 0),
        )
      }
      if (!shared || at === undefined) {
        return { ...noPlace, learn }
      }
      let next = at
      let isFree = false
      return {
        where: {
          memory: shared.number,
          room: roomBytes > 0 ? { at: at + inputBytes, byteLength: roomBytes } : null,
        },
        put(bytes) {
          if (bytes.length < leastSharedBytes) return undefined
          const range = { at: next, byteLength: bytes.length }
          shared.mapping.bytes.set(bytes, next)
          next += aligned(bytes.length)
          return range
        },
        get: (range) => copy(rangeOf(shared.mapping.bytes, range)),
        learn,
        free() {
          if (isFree) return
          isFree = true
          shared.pieces.give(at)
          retire(shared)
        },
      }
    },
    close() {
      current = undefined
      // Nobody asks any more.
      asked = true
      crossing.passing.discard(session)
      for (const shared of open) unmap(shared)
    },
  }
}

function sharedBytes(value: RawTensor | KeptNumber): number {
  return "kept" in value || value.type === "string" ? 0 : shareable(value.data.length)
}

const shareable = (byteLength: number) => (byteLength < leastSharedBytes ? 0 : aligned(byteLength))

/** Into memory that isn't cleared before it is overwritten whole. */
function copy(bytes: Uint8Array): Uint8Array {
  const fresh = Buffer.allocUnsafeSlow(bytes.length)
  fresh.set(bytes)
  return new Uint8Array(fresh.buffer)
}

/** Of a run whose tensors go in frames. */
export const noPlace: RunPlace = {
  where: { memory: null, room: null },
  put: () => undefined,
  get: (range) => rangeOf(new Uint8Array(0), range),
  learn() {},
  free() {},
}
