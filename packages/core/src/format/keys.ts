import type { Plaintext } from "../backend.js"
import { concat, equalBytes, fromHex, lengthPrefixed, u16, u32 } from "../bytes.js"
import type { AesGcm, Cryptography } from "../crypto/cryptography.js"
import { StrongroomError } from "../errors.js"
import { type Header, modelFormat, suite } from "./header.js"

/** What keys are bound to. */
export type KeyContext = Pick<Header, "model" | "publisher" | "segmentSize" | "salt">

/** The header's `commitment`: 32 bytes that only this content key gives. */
export function keyCommitment(
  contentKey: Uint8Array,
  context: KeyContext,
  cryptography: Cryptography,
): Promise<Uint8Array> {
  return derive(contentKey, context, "strongroom model key commitment", cryptography)
}

/** The cipher of the payload's segments, to be closed. */
export async function payloadCipher(
  contentKey: Uint8Array,
  context: KeyContext,
  cryptography: Cryptography,
): Promise<AesGcm> {
  const label = "strongroom model payload key"
  if (cryptography.deriveAesGcm) {
    return await cryptography.deriveAesGcm(contentKey, unhex(context.salt), infoOf(context, label))
  }
  const key = await derive(contentKey, context, label, cryptography)
  try {
    return await cryptography.aesGcm(key)
  } finally {
    key.fill(0)
  }
}

/**
 * The root of the keys that seal artifacts, 32 bytes: of the content key and the recipient secret, one behind the other.
 * To be closed.
 */
export async function artifactRoot(
  secrets: Uint8Array,
  context: KeyContext,
  cryptography: Cryptography,
): Promise<Plaintext> {
  const label = "strongroom artifact root"
  if (cryptography.deriveSecret) {
    return await cryptography.deriveSecret(secrets, unhex(context.salt), infoOf(context, label))
  }
  const bytes = await derive(secrets, context, label, cryptography)
  return { bytes, close: () => void bytes.fill(0) }
}

/**
 * AES-GCM alone lets one ciphertext open under two keys, so the key is compared before anything is decrypted.
 *
 * @throws StrongroomError `commitment-mismatch`.
 */
export async function checkCommitment(
  contentKey: Uint8Array,
  header: Header,
  cryptography: Cryptography,
): Promise<void> {
  const commitment = await keyCommitment(contentKey, header, cryptography)
  if (!equalBytes(commitment, unhex(header.commitment))) {
    throw new StrongroomError(
      "commitment-mismatch",
      "The content key isn't the one that sealed this model. Take the key, or a grant, made for this very file.",
    )
  }
}

function derive(secret: Uint8Array, context: KeyContext, label: string, cryptography: Cryptography) {
  return cryptography.hkdf(secret, unhex(context.salt), infoOf(context, label), 32)
}

function infoOf(context: KeyContext, label: string): Uint8Array {
  return concat(
    lengthPrefixed(label),
    u16(1),
    lengthPrefixed(modelFormat),
    lengthPrefixed(suite),
    unhex(context.model),
    unhex(context.publisher),
    u32(context.segmentSize),
  )
}

/** For hex that has been validated. */
function unhex(text: string): Uint8Array {
  return fromHex(text) as Uint8Array
}
