import type { AesGcm, Cryptography } from "../../src/crypto/cryptography.js"

/** Every buffer that a {@link Cryptography} was handed as a secret or gave as one, the caller's own memory: no copies. */
export interface Seen {
  readonly hkdfSecrets: Uint8Array[]
  /** What `hkdf` gave. */
  readonly derived: Uint8Array[]
  readonly aesKeys: Uint8Array[]
  readonly privateKeys: Uint8Array[]
  /** What `randomBytes` gave. */
  readonly random: Uint8Array[]
  /** What was decrypted, where it was. */
  readonly decrypted: Uint8Array[]
  /** Ciphers made, and how many of them are closed. */
  readonly ciphers: { made: number; closed: number }
}

/** `inner`, looked at. */
export function spyingCryptography(inner: Cryptography): { readonly cryptography: Cryptography; readonly seen: Seen } {
  const ciphers = { made: 0, closed: 0 }
  const seen: Seen = { hkdfSecrets: [], derived: [], aesKeys: [], privateKeys: [], random: [], decrypted: [], ciphers }
  const watched = (cipher: AesGcm): AesGcm => {
    let closed = false
    ciphers.made++
    return {
      seal: cipher.seal,
      open(nonce, bytes, tag) {
        seen.decrypted.push(bytes)
        return cipher.open(nonce, bytes, tag)
      },
      close() {
        if (!closed) ciphers.closed++
        closed = true
        cipher.close()
      },
    }
  }
  const cryptography: Cryptography = {
    ...inner,
    randomBytes(byteLength) {
      const bytes = inner.randomBytes(byteLength)
      seen.random.push(bytes)
      return bytes
    },
    async hkdf(secret, ...others) {
      seen.hkdfSecrets.push(secret)
      const bytes = await inner.hkdf(secret, ...others)
      seen.derived.push(bytes)
      return bytes
    },
    ...(inner.deriveAesGcm && {
      async deriveAesGcm(secret: Uint8Array, salt: Uint8Array, info: Uint8Array) {
        seen.hkdfSecrets.push(secret)
        return watched(await (inner.deriveAesGcm as NonNullable<Cryptography["deriveAesGcm"]>)(secret, salt, info))
      },
    }),
    async aesGcm(key) {
      seen.aesKeys.push(key)
      return watched(await inner.aesGcm(key))
    },
    sign(privateKey, message) {
      seen.privateKeys.push(privateKey)
      return inner.sign(privateKey, message)
    },
    publicKey(privateKey) {
      seen.privateKeys.push(privateKey)
      return inner.publicKey(privateKey)
    },
  }
  return { cryptography, seen }
}
