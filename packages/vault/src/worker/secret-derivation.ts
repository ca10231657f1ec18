import type { AgeFile } from "@strongroom/core"
import type { Plaintext } from "@strongroom/core/backend"
import type { Evp, Pointer, Range } from "../os/evp.js"
import type { Keeping } from "./keeping.js"
import { mostSecretBytes, type Secret } from "./secret-memory.js"

/*
 * Derivations from keys to keys, by OpenSSL, which is given addresses: no key and nothing in between is ever in V8's heap.
 * https://c2sp.org/age, RFC 5869, RFC 8439.
 */

const hashBytes = 32
const tagBytes = 16

/** HKDF-SHA-256: 32 bytes. To be closed. */
export function deriveKey(
  { evp, secrets }: Keeping,
  secret: Uint8Array,
  salt: Uint8Array,
  info: string | Uint8Array,
): Secret {
  const own = secrets.allocate(secret.length)
  const extracted = secrets.allocate(hashBytes)
  const key = secrets.allocate(hashBytes)
  try {
    own.bytes.set(secret)
    // Without a salt RFC 5869 takes as many zeros as a hash has; so does HMAC by itself.
    evp.hmac(salt.length === 0 ? new Uint8Array(hashBytes) : salt, rangeOf(own), extracted.address)
    evp.hmac(
      rangeOf(extracted),
      Buffer.concat([typeof info === "string" ? Buffer.from(info) : info, Buffer.of(1)]),
      key.address,
    )
    return key
  } catch (error) {
    key.close()
    throw error
  } finally {
    own.close()
    extracted.close()
  }
}

/** What an age file holds; `undefined` when it isn't this file key's, is damaged, or is too long for a secret. */
export function openAgeFile(keeping: Keeping, fileKey: Uint8Array, file: AgeFile): Plaintext | undefined {
  const { evp, secrets } = keeping
  const { header, mac, nonce, payload } = file
  if (payload.length < tagBytes || payload.length > mostSecretBytes) return undefined
  const macKey = deriveKey(keeping, fileKey, new Uint8Array(0), "header")
  const found = secrets.allocate(hashBytes)
  try {
    evp.hmac(rangeOf(macKey), header, found.address)
    if (Buffer.compare(found.bytes, mac) !== 0) return undefined
  } finally {
    macKey.close()
    found.close()
  }
  const payloadKey = deriveKey(keeping, fileKey, nonce, "payload")
  try {
    // The first chunk is the last.
    return openChaCha(keeping, payloadKey.address, Uint8Array.of(...new Uint8Array(11), 1), payload)
  } finally {
    payloadKey.close()
  }
}

/**
 * Opens ChaCha20-Poly1305: a ciphertext with its tag behind it, {@link mostSecretBytes} at most. `undefined` if the tag
 * doesn't fit. To be closed.
 */
export function openChaCha(
  { evp, secrets }: Keeping,
  key: Pointer,
  nonce: Uint8Array,
  sealed: Uint8Array,
): Secret | undefined {
  const length = sealed.length - tagBytes
  const opened = secrets.allocate(length)
  let fits = false
  try {
    opened.bytes.set(sealed.subarray(0, length))
    fits = decrypt(evp, key, nonce, rangeOf(opened), sealed.subarray(length))
    return fits ? opened : undefined
  } finally {
    if (!fits) opened.close()
  }
}

function decrypt(evp: Evp, key: Pointer, nonce: Uint8Array, bytes: Range, tag: Uint8Array): boolean {
  const context = evp.cipherNew()
  try {
    evp.cipherInit(context, evp.chacha20Poly1305, key, nonce, false)
    evp.cipherUpdate(context, bytes)
    evp.setTag(context, tag.slice())
    return evp.cipherFinal(context)
  } finally {
    evp.cipherFree(context)
  }
}

export function rangeOf({ address, bytes }: Secret): Range {
  return { address, byteLength: bytes.length }
}
