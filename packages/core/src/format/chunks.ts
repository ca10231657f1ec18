import type { Plaintext } from "../backend.js"
import type { AesGcm } from "../crypto/cryptography.js"
import { lanesFor } from "../parallel.js"
import { segmentLength } from "./layout.js"
import { openRun } from "./open-run.js"
import { piecesOf } from "./payload.js"
import type { Payload } from "./read-segment.js"

/**
 * Plaintext in order, about a segment at a time, a few read ahead. A chunk is valid until the next is asked for: its
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
  const { count, piece } = piecesOf(layout, offset, length)
  const lanes = Math.min(count, lanesFor(layout.segmentSize))
  const bufferLength = Math.min(layout.segmentSize, layout.payloadLength)
  const buffers = Array.from({ length: lanes }, () => payload.allocate(bufferLength))
  const underWay: Promise<Uint8Array>[] = []

  const readPiece = async (i: number): Promise<Uint8Array> => {
    const { index, begin, end } = piece(i)
    const segment = (buffers[i % lanes] as Plaintext).bytes.subarray(0, segmentLength(layout, index))
    await openRun(payload, cipher, { first: index, count: 1, target: segment }, signal, () => {})
    return segment.subarray(begin, end)
  }
  const start = (i: number) => {
    const reading = readPiece(i)
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
