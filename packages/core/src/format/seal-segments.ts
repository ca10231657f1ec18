import type { AesGcm, Cryptography } from "../crypto/cryptography.js"
import { inLanes, lanesFor } from "../parallel.js"
import type { Sink } from "../source/sink.js"
import { type Layout, segmentLength } from "./layout.js"
import type { OnProgress } from "./payload.js"
import type { Plaintext } from "./plaintext.js"
import { segmentDigest, segmentNonce } from "./segments.js"
import type { Tables } from "./tables.js"

interface Sealing {
  readonly plaintext: Plaintext
  readonly layout: Layout
  /** Filled here. */
  readonly tables: Tables
  readonly cipher: AesGcm
  readonly sink: Sink
  readonly cryptography: Cryptography
  readonly signal: AbortSignal | undefined
  readonly onProgress: OnProgress | undefined
}

/** Encrypts the payload and writes it, a few segments at once. */
export async function sealSegments(sealing: Sealing): Promise<void> {
  const { plaintext, layout, tables, cipher, sink, cryptography, signal, onProgress } = sealing
  const { segmentSize, segments, payloadLength, payloadOffset } = layout
  const lanes = Math.min(segments, lanesFor(segmentSize))
  const buffers = Array.from({ length: lanes }, () => new Uint8Array(Math.min(segmentSize, payloadLength)))
  let done = 0
  const sealSegment = async (index: number, lane: number) => {
    const segment = (buffers[lane] as Uint8Array).subarray(0, segmentLength(layout, index))
    await plaintext.read(index * segmentSize, segment, signal)
    const tag = await cipher.seal(segmentNonce(index, segments), segment)
    tables.tag(index).set(tag)
    tables.digest(index).set(await segmentDigest(index, segment, tag, cryptography))
    await sink.write(payloadOffset + index * segmentSize, segment)
    done += segment.length
    onProgress?.(done, payloadLength)
  }
  try {
    await inLanes(segments, lanes, sealSegment, signal)
  } finally {
    for (const buffer of buffers) buffer.fill(0)
    plaintext.close()
  }
}
