import type { CreateEngine, EngineSession, Json, LoadContext, OpenModel } from "@strongroom/core/backend"

/** Parts may be longer than one buffer can be. */
const pieceBytes = 64 * 1024 * 1024

/** Memory that grows by pieces, filled in order. */
function takeAll(total: number, keep: boolean) {
  const pieces: Uint8Array[] = []
  let length = 0
  return {
    add(bytes: Uint8Array): void {
      for (let at = 0; keep && at < bytes.length; ) {
        const filled = length % pieceBytes
        if (filled === 0) pieces.push(new Uint8Array(Math.min(pieceBytes, total - length)))
        const room = pieceBytes - filled
        const taken = bytes.subarray(at, at + room)
        pieces.at(-1)?.set(taken, filled)
        at += taken.length
        length += taken.length
      }
    },
    byteAt: (offset: number): number => pieces[Math.floor(offset / pieceBytes)]?.[offset % pieceBytes] ?? 0,
    wipe(): void {
      for (const piece of pieces.splice(0)) piece.fill(0)
    },
  }
}

async function load(model: OpenModel, context: LoadContext, keep: boolean): Promise<EngineSession> {
  const total = model.parts.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const memory = takeAll(total, keep)
  let done = 0
  for (const part of model.parts) {
    for await (const bytes of part.chunks(context.signal)) {
      memory.add(bytes)
      done += bytes.length
      context.progress(done, total)
    }
  }
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
  const { keep } = options as { readonly keep: boolean }
  return {
    fingerprint: { engine: "sink", version: "1", device: "memory", driver: "none" },
    capabilities: { kinds: ["file"], types: ["int64", "uint8"], parallelRuns: 1, cancels: false, keepsOutputs: false },
    load: (model, context) => load(model, context, keep),
    async close() {},
  }
}

export default createEngine
