import { createHash } from "node:crypto"
import { fstatSync, readSync } from "node:fs"
import { type Format, formatOf } from "../content/format.js"
import { type Findings, joined, type ModelSearch } from "../model/model-search.js"

/** What a file held at one moment. */
export interface Content {
  readonly byteLength: number
  /** Hexadecimal. */
  readonly sha256: string
  readonly format: Format
  /** What of the model was found in it; absent where none was looked for. */
  readonly found?: Findings
}

/**
 * Read at once; pieces overlap, so that no run of a model is cut below what can be found. What lies in the overlap is found
 * twice, and an archive is opened only in the first piece.
 */
const pieceLength = 64 << 20
const overlap = 4096

/** Of a file that is in memory whole. */
export function contentOf(bytes: Uint8Array, search: ModelSearch | undefined): Content {
  const sha256 = createHash("sha256").update(bytes).digest("hex")
  const format = formatOf(bytes.subarray(0, 4096))
  return { byteLength: bytes.length, sha256, format, ...(search && { found: search.search(bytes) }) }
}

/** Reads a file whole, by its descriptor, which stays open. */
export function readContent(descriptor: number, search: ModelSearch | undefined): Content {
  const hash = createHash("sha256")
  const size = fstatSync(descriptor).size
  const piece = Buffer.alloc(Math.min(Math.max(size, 1), pieceLength))
  let found: Findings | undefined
  let format = formatOf(new Uint8Array(0))
  let byteLength = 0
  let kept = 0 // the end of the piece before, at the beginning of this one
  for (;;) {
    const filled = kept + fill(descriptor, piece.subarray(kept), byteLength)
    if (filled === kept) break
    if (byteLength === 0) format = formatOf(piece.subarray(0, Math.min(filled, 4096)))
    hash.update(piece.subarray(kept, filled))
    byteLength += filled - kept
    const here = search?.search(piece.subarray(0, filled))
    if (here) found = found ? joined(found, here) : here
    if (filled < piece.length || piece.length <= overlap) break
    piece.copyWithin(0, filled - overlap, filled)
    kept = overlap
  }
  if (search && !found) found = search.search(new Uint8Array(0))
  return { byteLength, sha256: hash.digest("hex"), format, ...(found && { found }) }
}

function fill(descriptor: number, into: Uint8Array, position: number): number {
  let filled = 0
  while (filled < into.length) {
    const count = readSync(descriptor, into, filled, into.length - filled, position + filled)
    if (count === 0) break
    filled += count
  }
  return filled
}
