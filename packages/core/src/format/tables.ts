import { concat, equalBytes, fromHex, isZero, lengthPrefixed, u64 } from "../bytes.js"
import type { Cryptography } from "../crypto/cryptography.js"
import { StrongroomError } from "../errors.js"
import type { Source } from "../source/source.js"
import type { Header } from "./header.js"
import { digestLength, type Layout, tagLength } from "./layout.js"

/** A tag and a digest for each segment: 48 bytes each, held in memory. */
export interface Tables {
  tag(index: number): Uint8Array
  digest(index: number): Uint8Array
  /** Of `count` segments from `index`, one after another. */
  tags(index: number, count: number): Uint8Array
  digests(index: number, count: number): Uint8Array
}

/** Views of `bytes`, the tag table followed by the digest table; writing through them fills it. */
export function tablesOver(bytes: Uint8Array, segments: number): Tables {
  const start = tagLength * segments
  const tags = (index: number, count: number) => bytes.subarray(tagLength * index, tagLength * (index + count))
  const digests = (index: number, count: number) =>
    bytes.subarray(start + digestLength * index, start + digestLength * (index + count))
  return { tags, digests, tag: (index) => tags(index, 1), digest: (index) => digests(index, 1) }
}

/** The header's `tables`. */
export function tablesDigest(bytes: Uint8Array, segments: number, cryptography: Cryptography): Promise<Uint8Array> {
  return cryptography.sha256(digestPrefix(segments), bytes)
}

/** Reads and checks the tables and the zero bytes after them. */
export async function readTables(
  source: Source,
  header: Header,
  layout: Layout,
  cryptography: Cryptography,
  signal: AbortSignal | undefined,
): Promise<Tables> {
  const bytes = new Uint8Array(layout.payloadOffset - layout.tablesOffset)
  await source.read(layout.tablesOffset, bytes, signal)
  const tables = bytes.subarray(0, layout.tablesLength)
  const digest = await tablesDigest(tables, layout.segments, cryptography)
  if (!equalBytes(digest, fromHex(header.tables) as Uint8Array)) throw corrupt("don't have their signed digest")
  if (!isZero(bytes.subarray(layout.tablesLength))) throw corrupt("are followed by bytes that aren't zero")
  return tablesOver(tables, layout.segments)
}

function digestPrefix(segments: number): Uint8Array {
  return concat(lengthPrefixed("strongroom model tables"), u64(segments))
}

function corrupt(found: string): StrongroomError {
  return new StrongroomError("tables-corrupt", `The file's tables ${found}. Fetch the file again.`)
}
