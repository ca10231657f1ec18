import { lengthPrefixed, u64 } from "../bytes.js"
import type { AesGcm, Cryptography } from "../crypto/cryptography.js"
import { StrongroomError } from "../errors.js"

/**
 * The nonce of STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: "Online Authenticated-Encryption and its Nonce-Reuse
 * Misuse-Resistance", CRYPTO 2015; as in age): the index as 11 bytes big-endian, then 1 for the last segment, else 0.
 */
export function segmentNonce(index: number, segments: number): Uint8Array {
  const nonce = new Uint8Array(12)
  const view = new DataView(nonce.buffer)
  view.setBigUint64(3, BigInt(index), false)
  nonce[11] = index === segments - 1 ? 1 : 0
  return nonce
}

const digestLabel = lengthPrefixed("strongroom model segment")

/** What the digest table holds for a segment: over its index, ciphertext and tag. */
export function segmentDigest(
  index: number,
  ciphertext: Uint8Array,
  tag: Uint8Array,
  cryptography: Cryptography,
): Promise<Uint8Array> {
  return cryptography.sha256(digestLabel, u64(index), ciphertext, tag)
}

export function segmentCorrupt(index: number, segments: number): StrongroomError {
  return new StrongroomError(
    "segment-corrupt",
    `Segment ${index} of ${segments} doesn't have its signed digest. Fetch the file again.`,
  )
}

/** Decrypts in place a segment whose digest has been checked. On failure `bytes` are zero. */
export async function openSegment(
  index: number,
  segments: number,
  bytes: Uint8Array,
  tag: Uint8Array,
  cipher: AesGcm,
): Promise<void> {
  if (await cipher.open(segmentNonce(index, segments), bytes, tag)) return
  throw decryptionFailed(index, segments)
}

export function decryptionFailed(index: number, segments: number): StrongroomError {
  return new StrongroomError(
    "decryption-failed",
    `Segment ${index} of ${segments} is as its publisher signed it, but doesn't decrypt. Ask the publisher for a new seal.`,
  )
}
