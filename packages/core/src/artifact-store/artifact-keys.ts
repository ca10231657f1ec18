import type { Plaintext } from "../backend.js"
import { concat, lengthPrefixed, toHex } from "../bytes.js"
import type { AesGcm, Cryptography } from "../crypto/cryptography.js"

/**
 * What seals the artifacts of one seal of a model for one recipient (spec/cache-policy.md). Another licensee, who has the
 * content key but another recipient secret, has others.
 */
export interface ArtifactKeys {
  /** The store's key: 64 hex digits, which nobody without these keys can connect with a model or an engine. */
  name(binding: Uint8Array): Promise<string>
  /** The cipher of one entry, whose salt is its own. To be closed. */
  cipher(binding: Uint8Array, salt: Uint8Array): Promise<AesGcm>
  /** Overwrites what can be reached. Not to be used afterwards. Safe twice. */
  close(): void
}

/** @param root is these keys' from now on. */
export function artifactKeys(root: Plaintext, cryptography: Cryptography): ArtifactKeys {
  let closed = false
  const secret = () => {
    if (closed) throw new TypeError("The sealed model whose artifacts these are is closed.")
    return root.bytes
  }
  return {
    async name(binding) {
      return toHex(await cryptography.hkdf(secret(), new Uint8Array(0), info("strongroom artifact name", binding), 32))
    },
    async cipher(binding, salt) {
      const label = info("strongroom artifact key", binding)
      if (cryptography.deriveAesGcm) return await cryptography.deriveAesGcm(secret(), salt, label)
      const key = await cryptography.hkdf(secret(), salt, label, 32)
      try {
        return await cryptography.aesGcm(key)
      } finally {
        key.fill(0)
      }
    },
    close() {
      closed = true
      root.close()
    },
  }
}

function info(label: string, binding: Uint8Array): Uint8Array {
  return concat(lengthPrefixed(label), binding)
}
