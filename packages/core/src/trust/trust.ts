import { toHex } from "../bytes.js"
import type { Cryptography } from "../crypto/cryptography.js"
import { StrongroomError } from "../errors.js"
import { formatTime } from "../format/time.js"
import { openKeyring } from "./keyring.js"
import { decodePublicKey } from "./pem.js"

/** A publisher that an app pins. */
export interface Trust {
  /** The root public key, PEM. */
  readonly publisher: string
  /** A keyring's bytes: then only the keys in it may sign. Default: the root key itself signs everything. */
  readonly keyring?: Uint8Array
  /** The highest keyring version that the app has seen, from 1: lower ones are refused, and having none. */
  readonly leastKeyringVersion?: number
}

/** A pinned publisher, its key decoded. */
export interface Pin {
  readonly publisher: Uint8Array
  readonly keyring: Uint8Array | undefined
  readonly leastKeyringVersion: number | undefined
}

/** Which keys may sign for one publisher. */
export interface Signers {
  readonly model: readonly string[]
  readonly grant: readonly string[]
  readonly revoked: readonly string[]
}

/**
 * Validates what an app pins. A text is a publisher's public key, PEM.
 *
 * @throws StrongroomError `key-invalid`.
 */
export function readTrust(trust: readonly (string | Trust)[]): readonly Pin[] {
  if (!Array.isArray(trust)) throw new TypeError("`trust` must be an array of public keys (PEM) or of Trust.")
  return trust.map((entry: string | Trust) => {
    const { publisher, keyring, leastKeyringVersion } = typeof entry === "string" ? { publisher: entry } : entry
    if (keyring !== undefined && !(keyring instanceof Uint8Array))
      throw new TypeError("`keyring` must be a Uint8Array.")
    if (leastKeyringVersion !== undefined && !(Number.isSafeInteger(leastKeyringVersion) && leastKeyringVersion >= 1)) {
      throw new RangeError("`leastKeyringVersion` must be an integer from 1.")
    }
    return { publisher: decodePublicKey(publisher), keyring, leastKeyringVersion }
  })
}

/**
 * Finds the keys that may sign for `publisher` (hex). When it is pinned twice, the first pin counts.
 *
 * @throws StrongroomError `trust-missing`, `publisher-unknown`, `keyring-*`.
 */
export async function signersOf(
  publisher: string,
  pins: readonly Pin[],
  now: Date,
  cryptography: Cryptography,
): Promise<Signers> {
  if (pins.length === 0) {
    throw new StrongroomError("trust-missing", "No publisher is pinned. Give the publisher's public key as `trust`.")
  }
  const pin = pins.find((candidate) => toHex(candidate.publisher) === publisher)
  if (pin === undefined) {
    const message = `Publisher ${publisher} isn't among those in \`trust\`. Add its public key there if you trust it.`
    throw new StrongroomError("publisher-unknown", message)
  }
  const { keyring: bytes, leastKeyringVersion } = pin
  if (bytes === undefined) {
    if (leastKeyringVersion !== undefined) throw rollback(leastKeyringVersion, "none")
    return { model: [publisher], grant: [publisher], revoked: [] }
  }
  const keyring = await openKeyring(bytes, pin.publisher, cryptography)
  if (now.getTime() >= keyring.expires.getTime()) {
    const message = `The publisher's keyring expired on ${formatTime(keyring.expires)}. Ask the publisher for a new one.`
    throw new StrongroomError("keyring-expired", message)
  }
  if (leastKeyringVersion !== undefined && keyring.version < leastKeyringVersion) {
    throw rollback(leastKeyringVersion, `version ${keyring.version}`)
  }
  return { model: keyring.modelKeys, grant: keyring.grantKeys, revoked: keyring.revoked }
}

/** @throws StrongroomError `key-revoked`, `key-not-authorised`. */
export function checkSigner(signers: Signers, purpose: "model" | "grant", signer: string): void {
  if (signers.revoked.includes(signer)) {
    throw new StrongroomError(
      "key-revoked",
      `The publisher has revoked key ${signer}. Ask it for a file signed by another.`,
    )
  }
  if (!signers[purpose].includes(signer)) {
    throw new StrongroomError(
      "key-not-authorised",
      `Key ${signer} has no right to sign a ${purpose} for this publisher. If a keyring gives it one, give the newest.`,
    )
  }
}

function rollback(expected: number, found: string): StrongroomError {
  const message = `Expected version ${expected} or later of the publisher's keyring, found ${found}. Ask for the latest.`
  return new StrongroomError("keyring-rollback", message)
}
