import type { Plaintext } from "../backend.js"
import type { AesGcm } from "../crypto/cryptography.js"
import { lanesFor } from "../parallel.js"
import { segmentLength } from "./layout.js"
import { openRun, opensRuns } from "./open-run.js"
import { piecesOf } from "./payload.js"
import type { Payload } from "./read-segment.js"

/** What one call opens of a run: long enough that the call costs little, and that two segments can be digested at once. */
const runBytes = 2 * 1024 * 1024
const runLanes = 2

/** How plaintext is read ahead: `lanes` buffers, of so many segments each. About 4 MiB, unless segments are longer. */
function ring(payload: Payload, cipher: AesGcm): { readonly lanes: number; readonly segments: number } {
  const { segmentSize } = payload.layout
  if (!opensRuns(payload, cipher)) return { lanes: lanesFor(segmentSize), segments: 1 }
  return { lanes: runLanes, segments: Math.max(1, Math.floor(runBytes / segmentSize)) }
}

/**
 * Plaintext in order, a segment or 2 MiB at a time, a few read ahead. A chunk is valid until the next is asked for: its
 * memory is used again, and overwritten at the end, also when the consumer stops early.
 */
export async function* plaintextChunks(
  payload: Payload,
  cipher: AesGcm,
  offset: number,
  length: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { layout } = payload
  const { segmentSize } = layout
  const pieces = piecesOf(layout, offset, length)
  const { lanes: most, segments } = ring(payload, cipher)
  const count = Math.ceil(pieces.count / segments)
  const lanes = Math.min(count, most)
  const bufferLength = Math.min(segments * segmentSize, layout.payloadLength)
  const buffers = Array.from({ length: lanes }, () => payload.allocate(bufferLength))
  const underWay: Promise<Uint8Array>[] = []

  const readRun = async (i: number): Promise<Uint8Array> => {
    const first = pieces.piece(i * segments)
    const last = pieces.piece(Math.min((i + 1) * segments, pieces.count) - 1)
    const before = (last.index - first.index) * segmentSize
    const run = { first: first.index, count: last.index - first.index + 1 }
    const target = (buffers[i % lanes] as Plaintext).bytes.subarray(0, before + segmentLength(layout, last.index))
    await openRun(payload, cipher, { ...run, target }, signal, () => {})
    return target.subarray(first.begin, before + last.end)
  }
  const start = (i: number) => {
    const reading = readRun(i)
    reading.catch(() => {}) // Thrown when its turn comes, or never if the consumer stops before.
    underWay.push(reading)
  }

  try {
    for (let i = 0; i < lanes; i++) start(i)
    for (let i = 0; i < count; i++) {
      signal?.throwIfAborted()
      yield await (underWay[0] as Promise<Uint8Array>)
      underWay.shift()
      if (i + lanes < count) start(i + lanes)
    }
  } finally {
    await Promise.allSettled(underWay)
    for (const buffer of buffers) buffer.close()
  }
}
