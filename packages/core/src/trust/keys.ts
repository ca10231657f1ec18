import { toHex } from "../bytes.js"
import type { Cryptography } from "../crypto/cryptography.js"
import { portableCryptography } from "../crypto/portable.js"
import { decodePrivateKey, decodePublicKey, encodePrivateKey, encodePublicKey } from "./pem.js"

/** A publisher's Ed25519 key pair as PEM text, as `openssl genpkey -algorithm ed25519` writes it. */
export interface PublisherKeys {
  /** PKCS #8. Whoever has it can publish models in this publisher's name. */
  readonly privateKey: string
  /** SubjectPublicKeyInfo. Apps pin it. */
  readonly publicKey: string
}

interface KeyOptions {
  /** Default: {@link portableCryptography}. */
  readonly cryptography?: Cryptography
}

/** A new key pair. The private key is a string, which JavaScript can't overwrite: keep it where it is needed only. */
export async function generatePublisherKeys(options: KeyOptions = {}): Promise<PublisherKeys> {
  const { cryptography = portableCryptography } = options
  const seed = cryptography.randomBytes(32)
  try {
    return { privateKey: encodePrivateKey(seed), publicKey: encodePublicKey(await cryptography.publicKey(seed)) }
  } finally {
    seed.fill(0)
  }
}

/**
 * The public key of a private one, PEM to PEM.
 *
 * @throws StrongroomError `key-invalid`.
 */
export async function publicKeyOf(privateKey: string, options: KeyOptions = {}): Promise<string> {
  const { cryptography = portableCryptography } = options
  const seed = decodePrivateKey(privateKey)
  try {
    return encodePublicKey(await cryptography.publicKey(seed))
  } finally {
    seed.fill(0)
  }
}

/**
 * A publisher's id: 64 hex digits, as headers, grants and keyrings name it.
 *
 * @throws StrongroomError `key-invalid`.
 */
export function publisherId(publicKey: string): string {
  return toHex(decodePublicKey(publicKey))
}
