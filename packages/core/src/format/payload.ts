import type { Plaintext } from "../backend.js"
import { equalBytes } from "../bytes.js"
import type { AesGcm, Cryptography } from "../crypto/cryptography.js"
import { inLanes, lanesFor } from "../parallel.js"
import type { Source } from "../source/source.js"
import { type Layout, segmentLength } from "./layout.js"
import { openSegment, segmentCorrupt, segmentDigest } from "./segments.js"
import type { Tables } from "./tables.js"

/** Bytes done, of bytes in all. */
export type OnProgress = (doneBytes: number, totalBytes: number) => void

export interface ReadOptions {
  /** Rejects with the signal's reason; what was decrypted so far is overwritten. */
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: OnProgress | undefined
}

/** A sealed model's payload, to be read at random. */
export interface Payload {
  readonly source: Source
  readonly layout: Layout
  readonly tables: Tables
  readonly cryptography: Cryptography
  /** Memory for plaintext that isn't read into the receiver's own. */
  readonly allocate: (byteLength: number) => Plaintext
}

/**
 * Reads a segment into `target`, which is exactly as long, and compares its digest. `target` is private memory: what was
 * compared there is what is decrypted there, also when the source is a file that somebody changes meanwhile.
 */
export async function readSegment(
  payload: Omit<Payload, "allocate">,
  index: number,
  target: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { source, layout, tables, cryptography } = payload
  await source.read(layout.payloadOffset + index * layout.segmentSize, target, signal)
  const digest = await segmentDigest(index, target, tables.tag(index), cryptography)
  if (!equalBytes(digest, tables.digest(index))) throw segmentCorrupt(index, layout.segments)
}

/** The part of a range of plaintext that lies in one segment. */
interface Piece {
  readonly index: number
  /** In the segment. */
  readonly begin: number
  readonly end: number
  /** In the range. */
  readonly at: number
}

/** Cuts `length` bytes of plaintext from `offset` at the segments' boundaries. */
export function piecesOf(layout: Layout, offset: number, length: number): { count: number; piece(i: number): Piece } {
  const { segmentSize } = layout
  const first = Math.floor(offset / segmentSize)
  const count = length === 0 ? 0 : Math.ceil((offset + length) / segmentSize) - first
  const piece = (i: number): Piece => {
    const index = first + i
    const start = index * segmentSize
    const begin = Math.max(offset - start, 0)
    return { index, begin, end: Math.min(offset + length - start, segmentSize), at: start + begin - offset }
  }
  return { count, piece }
}

/**
 * Fills `target` with plaintext from `offset`. Whole segments are read into `target` and decrypted there, a few at once;
 * others by way of a buffer, which is overwritten. On any failure `target` is overwritten with zeros.
 */
export async function readPlaintext(
  payload: Payload,
  cipher: AesGcm,
  offset: number,
  target: Uint8Array,
  { signal, onProgress }: ReadOptions,
): Promise<void> {
  const { layout } = payload
  const { count, piece } = piecesOf(layout, offset, target.length)
  let done = 0
  const readPiece = async (i: number) => {
    const { index, begin, end, at } = piece(i)
    const length = segmentLength(layout, index)
    const room = target.subarray(at, at + end - begin)
    const own = room.length === length ? undefined : payload.allocate(length)
    const segment = own?.bytes ?? room
    try {
      await readSegment(payload, index, segment, signal)
      await openSegment(index, layout.segments, segment, payload.tables.tag(index), cipher)
      if (segment !== room) room.set(segment.subarray(begin, end))
    } finally {
      own?.close()
    }
    done += room.length
    onProgress?.(done, target.length)
  }
  try {
    signal?.throwIfAborted()
    await inLanes(count, lanesFor(layout.segmentSize), readPiece, signal)
  } catch (error) {
    target.fill(0)
    throw error
  }
}
