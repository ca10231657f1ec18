import type { Cryptography } from "../crypto/cryptography.js"
import { portableCryptography } from "../crypto/portable.js"
import { inLanes, lanesFor } from "../parallel.js"
import type { Source } from "../source/source.js"
import { readTrust, type Trust } from "../trust/trust.js"
import { readFront } from "./front.js"
import type { Header } from "./header.js"
import { segmentLength } from "./layout.js"
import type { OnProgress } from "./payload.js"
import { readSegment } from "./read-segment.js"

export interface VerifyOptions {
  /** The publishers that the app pins. Left out: the file is compared with the key that it names itself. */
  readonly trust?: readonly (string | Trust)[]
  /** Default: the machine's clock. */
  readonly now?: Date
  readonly signal?: AbortSignal
  /** Bytes of the payload. */
  readonly onProgress?: OnProgress
  /** Default: {@link portableCryptography}. */
  readonly cryptography?: Cryptography
}

export interface Verified {
  readonly header: Header
  /** Hex of the publisher's root key, as the header names it. */
  readonly publisher: string
  /** False when no `trust` was given: then the file is whole, but anybody may have made it. */
  readonly trusted: boolean
  readonly segments: number
  /** Of the file. */
  readonly byteLength: number
}

/**
 * Verifies every byte of a sealed model without a key: header, signature, tables, and the digest of every segment, in
 * memory of a few segments and the tables. The source stays the caller's.
 *
 * @throws StrongroomError `not-sealed-model` to `segment-corrupt`, and those of "Trust" in spec/errors.md.
 */
export async function verifySealedModel(source: Source, options: VerifyOptions = {}): Promise<Verified> {
  const { trust, now = new Date(), signal, onProgress, cryptography = portableCryptography } = options
  const pins = trust && readTrust(trust)
  const { header, layout, tables } = await readFront(source, { pins, now, cryptography, signal })
  const payload = { source, layout, tables, cryptography }
  const lanes = lanesFor(layout.segmentSize)
  const buffers = Array.from(
    { length: lanes },
    () => new Uint8Array(Math.min(layout.segmentSize, layout.payloadLength)),
  )
  let done = 0
  const verifySegment = async (index: number, lane: number) => {
    const length = segmentLength(layout, index)
    await readSegment(payload, index, (buffers[lane] as Uint8Array).subarray(0, length), signal)
    done += length
    onProgress?.(done, layout.payloadLength)
  }
  await inLanes(layout.segments, lanes, verifySegment, signal)
  return {
    header,
    publisher: header.publisher,
    trusted: pins !== undefined,
    segments: layout.segments,
    byteLength: layout.fileLength,
  }
}
