import type { AesGcm } from "../crypto/cryptography.js"
import { inLanes, lanesFor } from "../parallel.js"
import { type Layout, segmentLength } from "./layout.js"
import { openRun, opensRuns } from "./open-run.js"
import type { Payload } from "./read-segment.js"

/** Bytes done, of bytes in all. */
export type OnProgress = (doneBytes: number, totalBytes: number) => void

export interface ReadOptions {
  /** Rejects with the signal's reason; what was decrypted so far is overwritten. */
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: OnProgress | undefined
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

/** Consecutive pieces that are opened as one. */
interface Run {
  readonly first: number
  readonly count: number
}

/**
 * Pieces, in order, as runs of one; or, where `together`, all those that are whole segments as one run. Only the first
 * piece and the last can be less than a segment.
 */
function runsOf(
  pieces: number,
  isWhole: (piece: number) => boolean,
  together: boolean,
): { count: number; run(i: number): Run } {
  if (!together || pieces < 2) return { count: pieces, run: (first) => ({ first, count: 1 }) }
  const start = isWhole(0) ? 0 : 1
  const end = isWhole(pieces - 1) ? pieces : pieces - 1
  const runs = [
    { first: 0, count: start },
    { first: start, count: end - start },
    { first: end, count: pieces - end },
  ].filter(({ count }) => count > 0)
  return { count: runs.length, run: (i) => runs[i] as Run }
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
  const isWhole = ({ index, begin, end }: Piece) => end - begin === segmentLength(layout, index)
  const runs = runsOf(count, (i) => isWhole(piece(i)), opensRuns(payload, cipher))
  let done = 0
  const progress = (bytes: number) => {
    done = Math.min(done + bytes, target.length)
    onProgress?.(done, target.length)
  }
  const readRun = async (i: number) => {
    const { first, count } = runs.run(i)
    const [from, to] = [piece(first), piece(first + count - 1)]
    const room = target.subarray(from.at, to.at + to.end - to.begin)
    if (isWhole(from)) {
      await openRun(payload, cipher, { first: from.index, count, target: room }, signal, progress)
      return
    }
    const own = payload.allocate(segmentLength(layout, from.index))
    const segment = own.bytes
    try {
      await openRun(payload, cipher, { first: from.index, count: 1, target: segment }, signal, () => {})
      room.set(segment.subarray(from.begin, from.end))
    } finally {
      own.close()
    }
    progress(room.length)
  }
  try {
    signal?.throwIfAborted()
    await inLanes(runs.count, lanesFor(layout.segmentSize), readRun, signal)
  } catch (error) {
    target.fill(0)
    throw error
  }
}
