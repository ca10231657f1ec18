import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  randomFillSync,
  sign,
  verify,
  webcrypto,
} from "node:crypto"
import type { AesGcm, Cryptography } from "../crypto/cryptography.js"
import { withJoined } from "../crypto/joined.js"
import { isSoundKey } from "../crypto/sound-key.js"
import { pkcs8Of, spkiOf } from "../trust/pem.js"

/** node:crypto: OpenSSL, on this thread, but for hashes of a segment's size, which run on libuv's. */
export const nodeCryptography: Cryptography = {
  randomBytes: (byteLength) => randomFillSync(new Uint8Array(byteLength)),

  async sha256(...pieces) {
    const byteLength = pieces.reduce((sum, piece) => sum + piece.length, 0)
    if (byteLength >= leastOnThread && byteLength <= mostOnThread) {
      return withJoined(pieces, async (joined) => new Uint8Array(await webcrypto.subtle.digest("SHA-256", joined)))
    }
    const hash = createHash("sha256")
    for (const piece of pieces) hash.update(piece)
    return Uint8Array.from(hash.digest())
  },

  async hkdf(secret, salt, info, byteLength) {
    return new Uint8Array(hkdfSync("sha256", secret, salt, info, byteLength))
  },

  async aesGcm(key) {
    return aesGcm(Uint8Array.from(key))
  },

  async sign(privateKey, message) {
    return Uint8Array.from(sign(null, message, privateKeyObject(privateKey)))
  },

  async verify(publicKey, signature, message) {
    if (signature.length !== 64 || !isSoundKey(publicKey)) return false
    const key = createPublicKey({ key: Buffer.from(spkiOf(publicKey)), format: "der", type: "spki" })
    return verify(null, message, key, signature)
  },

  async publicKey(privateKey) {
    const key = createPublicKey(privateKeyObject(privateKey))
    return Uint8Array.from(key.export({ format: "der", type: "spki" }).subarray(-32))
  },
}

function privateKeyObject(privateKey: Uint8Array) {
  const der = pkcs8Of(privateKey)
  try {
    return createPrivateKey({ key: Buffer.from(der.buffer), format: "der", type: "pkcs8" })
  } finally {
    der.fill(0)
  }
}

/** Below, handing a hash to another thread costs more than it saves; above, its two copies cost too much memory. */
const leastOnThread = 65_536
const mostOnThread = 4 * 1024 * 1024 + 4096

/** OpenSSL's output comes in a new buffer each time: small ones stay in the processor's cache and in one heap. */
const pieceLength = 65_536

function aesGcm(key: Uint8Array): AesGcm {
  let closed = false
  const checkOpen = () => {
    if (closed) throw new TypeError("This AES-GCM key is closed.")
  }
  return {
    async seal(nonce, bytes) {
      checkOpen()
      const cipher = createCipheriv("aes-256-gcm", key, nonce)
      transform(bytes, (piece) => cipher.update(piece))
      cipher.final()
      return Uint8Array.from(cipher.getAuthTag())
    },
    async open(nonce, bytes, tag) {
      checkOpen()
      const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 })
      decipher.setAuthTag(tag)
      transform(bytes, (piece) => decipher.update(piece))
      try {
        decipher.final()
        return true
      } catch {
        bytes.fill(0)
        return false
      }
    },
    close() {
      closed = true
      key.fill(0)
    },
  }
}

function transform(bytes: Uint8Array, update: (piece: Uint8Array) => Uint8Array): void {
  for (let at = 0; at < bytes.length; at += pieceLength) {
    const output = update(bytes.subarray(at, at + pieceLength))
    bytes.set(output, at)
    output.fill(0)
  }
}
