import { equalBytes } from "../bytes.js"
import { portableCryptography } from "../crypto/portable.js"
import { StrongroomError } from "../errors.js"
import { readFront, readSignedHeader } from "../format/front.js"
import { type Layout, layoutOf, segmentLength } from "../format/layout.js"
import { segmentDigest } from "../format/segments.js"
import type { Tables } from "../format/tables.js"
import { withSignals } from "../source/abort.js"
import { blobSource } from "../source/blob.js"
import { bytesSource } from "../source/bytes.js"
import { checkRead, checkWithin } from "../source/check-read.js"
import { lengthWithin } from "../source/length-within.js"
import { type SharedWork, sharedWork } from "../source/shared-work.js"
import type { Source } from "../source/source.js"
import type { BlockStore } from "./block-store.js"
import { bytesOf } from "./kept-bytes.js"

/** Where a model's bytes came from so far. */
export interface CacheCounts {
  /** Blocks that were kept, and were what the publisher signed. */
  readonly kept: number
  /** Blocks that weren't there. */
  readonly fetched: number
  /** Blocks that were there and were something else: fetched again. */
  readonly damaged: number
  /** True: `source` couldn't be reached when the model was opened; all that is read is what was kept. */
  readonly offline: boolean
}

/** A source that reads from a cache what is there. */
export interface CachedSource extends Source {
  counts(): CacheCounts
}

/** Segments are kept in blocks of this length at least, so that a file isn't tiny. */
const leastBlock = 2 ** 20
/** Blocks held in memory, as ciphertext, for the segments in them that are asked for next; and as many to be written. */
const mostRecent = 4

/** What stands before the payload, and what it says. */
interface Opened {
  readonly front: Uint8Array
  readonly layout: Layout
  readonly tables: Tables
  /** A multiple of the segment size. */
  readonly blockSize: number
}

/**
 * A sealed model that is read from `source` and kept in `store`. What stands before the payload is asked of `source` each
 * time, and its tables say what each segment's digest is: a kept block in which one differs is fetched again. So the store
 * needn't be trusted, nor say what it holds. Where `source` can't be reached, what was kept of the front will do: its
 * signature is checked, and who opens the model checks whose it is.
 */
export function cachedSource(source: Source, store: BlockStore): CachedSource {
  const closing = new AbortController()
  const recent = new Map<number, SharedWork<Uint8Array>>()
  const counts = { kept: 0, fetched: 0, damaged: 0, offline: false }
  const writes = new Set<Promise<void>>()
  const opening = sharedWork(open)

  async function open(signal: AbortSignal): Promise<Opened> {
    try {
      const { payloadOffset } = await readLayout(source, signal)
      const length = await lengthWithin(source, payloadOffset, signal)
      const front = new Uint8Array(Math.min(payloadOffset, length))
      await source.read(0, front, signal)
      const opened = await understand(front, (most) => lengthWithin(source, most, signal), signal)
      await store.begin(front)
      return opened
    } catch (error) {
      const kept = isUnreachable(error) ? await store.front() : undefined
      const opened = kept && (await understandKept(kept, signal).catch(() => undefined))
      if (opened === undefined) throw error
      counts.offline = true
      return opened
    }
  }

  /** Reads its header, and the rest only where that says how long it is. */
  async function understandKept(kept: Blob, signal: AbortSignal): Promise<Opened | undefined> {
    const { payloadOffset, fileLength } = await readLayout(blobSource(kept), signal)
    const front = await bytesOf(kept, payloadOffset)
    return front && understand(front, async () => fileLength, signal)
  }

  async function understand(
    front: Uint8Array,
    length: (most: number) => Promise<number>,
    signal: AbortSignal,
  ): Promise<Opened> {
    const whole: Source = { ...bytesSource(front), lengthWithin: length }
    const options = { pins: undefined, now: new Date(), cryptography: portableCryptography, signal }
    const { layout, tables } = await readFront(whole, options)
    return { front, layout, tables, blockSize: Math.max(layout.segmentSize, leastBlock) }
  }

  /** Whether the segments that a block holds have their digests. */
  async function isSigned({ layout, tables, blockSize }: Opened, index: number, block: Uint8Array): Promise<boolean> {
    const first = (index * blockSize) / layout.segmentSize
    for (let at = 0, segment = first; at < block.length; segment++) {
      const ciphertext = block.subarray(at, at + segmentLength(layout, segment))
      const digest = await segmentDigest(segment, ciphertext, tables.tag(segment), portableCryptography)
      if (!equalBytes(digest, tables.digest(segment))) return false
      at += ciphertext.length
    }
    return true
  }

  async function loadBlock(opened: Opened, index: number, signal: AbortSignal): Promise<Uint8Array> {
    const { layout, blockSize } = opened
    const start = index * blockSize
    const length = Math.min(blockSize, layout.payloadLength - start)
    const found = await store.get(index)
    const kept = found && (await bytesOf(found, length))
    if (kept !== undefined && (await isSigned(opened, index, kept))) {
      counts.kept++
      return kept
    }
    const block = new Uint8Array(length)
    await source.read(layout.payloadOffset + start, block, signal)
    counts[found === undefined ? "fetched" : "damaged"]++
    // Others are given as they came: who opens the model says what is wrong with them.
    if (await isSigned(opened, index, block)) await keep(index, block)
    return block
  }

  /** Writing takes its time, and reading needn't wait for it, as long as not too much is waiting. */
  async function keep(index: number, block: Uint8Array): Promise<void> {
    const write = store.put(index, block).finally(() => writes.delete(write))
    writes.add(write)
    if (writes.size > mostRecent) await Promise.race(writes)
  }

  function blockAt(opened: Opened, index: number): SharedWork<Uint8Array> {
    const known = recent.get(index) ?? sharedWork((signal) => loadBlock(opened, index, signal))
    // The one used last is the last to go.
    recent.delete(index)
    recent.set(index, known)
    for (const oldest of recent.keys()) {
      if (recent.size <= mostRecent) break
      recent.delete(oldest)
    }
    return known
  }

  async function readFrom(offset: number, target: Uint8Array, signal: AbortSignal): Promise<void> {
    const opened = await opening.wait(signal)
    const { front, layout, blockSize } = opened
    checkWithin(offset, target.length, layout.fileLength)
    target.set(front.subarray(offset, offset + target.length))
    for (let at = Math.max(front.length - offset, 0); at < target.length; ) {
      const inPayload = offset + at - layout.payloadOffset
      const index = Math.floor(inPayload / blockSize)
      const block = await blockAt(opened, index).wait(signal)
      const piece = block.subarray(inPayload - index * blockSize).subarray(0, target.length - at)
      target.set(piece, at)
      at += piece.length
    }
  }

  const withSignal = <T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>) =>
    withSignals([closing.signal, signal], work)

  return {
    byteLength: (signal) => withSignal(signal, async (linked) => (await opening.wait(linked)).layout.fileLength),
    async read(offset, target, signal) {
      checkRead(offset, target, signal)
      await withSignal(signal, (linked) => readFrom(offset, target, linked))
    },
    counts: () => ({ ...counts }),
    async close() {
      closing.abort(new TypeError("The source is closed."))
      recent.clear()
      opening.forget()
      await source.close()
      await Promise.all(writes)
    },
  }
}

function isUnreachable(error: unknown): boolean {
  return StrongroomError.is(error) && error.code === "source-unreadable"
}

/** Where things lie in a sealed model, by a header that nobody has verified yet: within the format's limits. */
async function readLayout(source: Source, signal: AbortSignal): Promise<Layout> {
  const { header, envelope } = await readSignedHeader(source, signal)
  return layoutOf(envelope.document.length, header.segmentSize, header.payloadLength)
}
