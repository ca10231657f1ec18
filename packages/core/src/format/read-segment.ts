import type { Plaintext } from "../backend.js"
import { equalBytes } from "../bytes.js"
import type { Cryptography } from "../crypto/cryptography.js"
import type { Source } from "../source/source.js"
import type { Layout } from "./layout.js"
import { segmentCorrupt, segmentDigest } from "./segments.js"
import type { Tables } from "./tables.js"

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
