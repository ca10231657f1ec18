import type { AesGcm, SegmentRun } from "../crypto/cryptography.js"
import { type Payload, readSegment } from "./read-segment.js"
import { decryptionFailed, openSegment, segmentCorrupt } from "./segments.js"

/** Consecutive whole segments, to be read and opened into `target`, which is exactly as long as they are together. */
export interface RunToOpen {
  readonly first: number
  readonly count: number
  readonly target: Uint8Array
}

/** Whether a run of many segments is opened by one call, straight from a file. Then it is best not cut in pieces. */
export function opensRuns({ source }: Payload, cipher: AesGcm): boolean {
  return cipher.openSegments !== undefined && source.withDescriptor !== undefined
}

/**
 * Reads and opens a run: by the cipher's `openSegments` where it has that, one step at a time where not, and with the
 * same outcome. On failure the target may hold plaintext.
 *
 * @throws StrongroomError `segment-corrupt`, `decryption-failed`, and what the source throws.
 */
export async function openRun(
  payload: Payload,
  cipher: AesGcm,
  { first, count, target }: RunToOpen,
  signal: AbortSignal | undefined,
  onOpened: (bytes: number) => void,
): Promise<void> {
  const { source, layout, tables } = payload
  const { segmentSize, segments } = layout

  const stepByStep = async (index: number) => {
    const start = (index - first) * segmentSize
    const segment = target.subarray(start, start + segmentSize)
    signal?.throwIfAborted()
    await readSegment(payload, index, segment, signal)
    await openSegment(index, segments, segment, tables.tag(index), cipher)
    onOpened(segment.length)
  }

  const { openSegments } = cipher
  let unread = first
  if (openSegments !== undefined) {
    const position = layout.payloadOffset + first * segmentSize
    const open = (file: SegmentRun["file"]) => {
      const [tags, digests] = [tables.tags(first, count), tables.digests(first, count)]
      return openSegments({ first, count, segments, segmentSize, target, tags, digests, file }, signal, onOpened)
    }
    if (source.withDescriptor === undefined) await source.read(position, target, signal)
    const outcome =
      source.withDescriptor === undefined
        ? await open(undefined)
        : await source.withDescriptor(position, target.length, signal, (descriptor) => open({ descriptor, position }))
    if (outcome === "opened") return
    if (outcome.failed === "digest") throw segmentCorrupt(outcome.index, segments)
    if (outcome.failed === "tag") throw decryptionFailed(outcome.index, segments)
    // The source knows best what is wrong with its file, and it may have been for once.
    unread = outcome.index
  }
  for (let index = unread; index < first + count; index++) await stepByStep(index)
}
