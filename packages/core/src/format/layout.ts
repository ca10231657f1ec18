/** Where things lie in a sealed model (spec/sealed-model.md). All offsets and lengths are bytes. */

import { envelopeOverhead } from "./envelope.js"

/** Tags and digests of one segment. */
export const tagLength = 16
export const digestLength = 32

/** The parts of the file. */
export interface Layout {
  readonly segmentSize: number
  readonly segments: number
  readonly payloadLength: number
  readonly tablesOffset: number
  /** Both tables, without the zero bytes after them. */
  readonly tablesLength: number
  readonly payloadOffset: number
  readonly fileLength: number
}

export function layoutOf(documentLength: number, segmentSize: number, payloadLength: number): Layout {
  const segments = Math.ceil(payloadLength / segmentSize)
  const tablesOffset = envelopeOverhead + documentLength
  const tablesLength = (tagLength + digestLength) * segments
  const payloadOffset = roundUp(tablesOffset + tablesLength, 4096)
  const fileLength = payloadOffset + payloadLength
  return { segmentSize, segments, payloadLength, tablesOffset, tablesLength, payloadOffset, fileLength }
}

/** The segment's length: all have the segment size but the last, which has what remains. */
export function segmentLength({ segmentSize, payloadLength }: Layout, index: number): number {
  return Math.min(segmentSize, payloadLength - index * segmentSize)
}

/** Where each part begins in the payload's plaintext, and the end of the last (or of the manifest). */
export function placeParts(manifestLength: number, byteLengths: readonly number[], segmentSize: number) {
  let end = 4 + manifestLength
  const offsets = byteLengths.map((byteLength) => {
    const offset = roundUp(end, byteLength >= segmentSize ? segmentSize : 64)
    end = offset + byteLength
    return offset
  })
  return { offsets, end }
}

/**
 * The Padmé length (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", PETS
 * 2019): at most 12 % more, and a file's length says only O(log log) bits of what is in it. `length` is at least 2.
 */
export function padme(length: number): number {
  const exponent = floorLog2(length)
  const kept = floorLog2(exponent) + 1
  return roundUp(length, 2 ** (exponent - kept))
}

// Not Math.log2, which is rounded.
function floorLog2(value: number): number {
  return value.toString(2).length - 1
}

/** Numbers stay below 2^53, where division by a power of two is exact. */
function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple
}
