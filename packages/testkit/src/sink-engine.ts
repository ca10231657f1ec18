import type { CreateEngine, EngineSession, Json, LoadContext, OpenModel, Part } from "@strongroom/core/backend"
import type { SinkOptions } from "./sink.js"

type Options = Required<SinkOptions>

interface SinkMemory {
  /** The byte at that place in all parts together; 0 if nothing was kept. */
  byteAt(offset: number): number
  /** Overwrites what was kept. */
  wipe(): void
}

/** Parts may be longer than one buffer can be. */
const pieceBytes = 64 * 1024 * 1024

type OnTaken = (bytes: number) => void

async function takeStreams(parts: readonly Part[], keep: boolean, signal: AbortSignal, taken: OnTaken) {
  const total = byteLengthOf(parts)
  const pieces: Uint8Array[] = []
  let length = 0
  const add = (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length; ) {
      const filled = length % pieceBytes
      if (filled === 0) pieces.push(new Uint8Array(Math.min(pieceBytes, total - length)))
      const some = bytes.subarray(at, at + pieceBytes - filled)
      pieces.at(-1)?.set(some, filled)
      at += some.length
      length += some.length
    }
  }
  for (const part of parts) {
    for await (const bytes of part.chunks(signal)) {
      if (keep) add(bytes)
      taken(bytes.length)
    }
  }
  const byteAt = (offset: number) => pieces[Math.floor(offset / pieceBytes)]?.[offset % pieceBytes] ?? 0
  return { byteAt, wipe: () => wipeAll(pieces) }
}

async function takeInPlace(parts: readonly Part[], signal: AbortSignal, taken: OnTaken): Promise<SinkMemory> {
  const held: Uint8Array[] = []
  for (const part of parts) {
    const bytes = new Uint8Array(part.byteLength)
    held.push(bytes)
    await part.into(bytes, signal)
    taken(bytes.length)
  }
  const byteAt = (offset: number) => {
    let before = 0
    for (const bytes of held) {
      if (offset < before + bytes.length) return bytes[offset - before] ?? 0
      before += bytes.length
    }
    return 0
  }
  return { byteAt, wipe: () => wipeAll(held) }
}

function byteLengthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { byteLength }) => sum + byteLength, 0)
}

function wipeAll(pieces: Uint8Array[]): void {
  for (const piece of pieces.splice(0)) piece.fill(0)
}

async function load(model: OpenModel, context: LoadContext, options: Options): Promise<EngineSession> {
  const { signal } = context
  const total = byteLengthOf(model.parts)
  let done = 0
  const taken = (bytes: number) => {
    done += bytes
    context.progress(done, total)
  }
  const memory: SinkMemory = options.inPlace
    ? await takeInPlace(model.parts, signal, taken)
    : await takeStreams(model.parts, options.keep, signal, taken)
  return {
    async run({ inputs, outputs }) {
      const given = inputs.offset
      if (given === undefined || "kept" in given || given.type === "string") throw new TypeError("offset is a tensor.")
      const { buffer, byteOffset, byteLength } = given.data
      const offsets = new BigInt64Array(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer)
      const data = Uint8Array.from(offsets, (offset) => memory.byteAt(Number(offset)))
      return Object.fromEntries(outputs.map((name) => [name, { type: "uint8", shape: given.shape, data }]))
    },
    async close() {
      memory.wipe()
    },
  }
}

const createEngine: CreateEngine = async (options: Json) => {
  const checked = options as unknown as Options
  return {
    fingerprint: { engine: "sink", version: "1", device: "memory", driver: "none" },
    capabilities: { kinds: ["file"], types: ["int64", "uint8"], parallelRuns: 1, cancels: false, keepsOutputs: false },
    load: (model, context) => load(model, context, checked),
    async close() {},
  }
}

export default createEngine
