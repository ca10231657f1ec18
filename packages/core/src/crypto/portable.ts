import { ed25519 } from "@noble/curves/ed25519.js"
import { concat } from "../bytes.js"
import type { AesGcm, Cryptography } from "./cryptography.js"
import { withJoined } from "./joined.js"
import { isSoundKey } from "./sound-key.js"

/**
 * WebCrypto, with Ed25519 from `@noble/curves` because not every WebCrypto has it and none promises strictness. Runs in
 * pages, workers and Node. Key objects of WebCrypto can't be overwritten: `close()` only drops them.
 */
export const portableCryptography: Cryptography = {
  randomBytes: (byteLength) => crypto.getRandomValues(new Uint8Array(byteLength)),

  async sha256(...pieces) {
    return withJoined(pieces, async (joined) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined)))
  },

  async hkdf(secret, salt, info, byteLength) {
    const key = await crypto.subtle.importKey("raw", owned(secret), "HKDF", false, ["deriveBits"])
    return new Uint8Array(await crypto.subtle.deriveBits(hkdfWith(salt, info), key, 8 * byteLength))
  },

  async aesGcm(key) {
    return aesGcm(await crypto.subtle.importKey("raw", owned(key), "AES-GCM", false, aesUsages))
  },

  // The key is never in JavaScript's memory, and its key object doesn't give it away.
  async deriveAesGcm(secret, salt, info) {
    const key = await crypto.subtle.importKey("raw", owned(secret), "HKDF", false, ["deriveKey"])
    const cipher = { name: "AES-GCM", length: 256 }
    return aesGcm(await crypto.subtle.deriveKey(hkdfWith(salt, info), key, cipher, false, aesUsages))
  },

  async sign(privateKey, message) {
    return ed25519.sign(message, privateKey)
  },

  async verify(publicKey, signature, message) {
    if (signature.length !== 64 || !isSoundKey(publicKey)) return false
    return verifyStrictly(publicKey, signature, message)
  },

  async publicKey(privateKey) {
    return ed25519.getPublicKey(privateKey)
  },
}

const tagLength = 16
const aesUsages: KeyUsage[] = ["encrypt", "decrypt"]

function hkdfWith(salt: Uint8Array, info: Uint8Array) {
  return { name: "HKDF", hash: "SHA-256", salt: owned(salt), info: owned(info) }
}

function aesGcm(imported: CryptoKey): AesGcm {
  let key: CryptoKey | undefined = imported
  const use = () => {
    if (key === undefined) throw new TypeError("This AES-GCM key is closed.")
    return key
  }
  return {
    async seal(nonce, bytes) {
      const sealed = new Uint8Array(
        await crypto.subtle.encrypt({ name: "AES-GCM", iv: owned(nonce) }, use(), owned(bytes)),
      )
      bytes.set(sealed.subarray(0, bytes.length))
      return sealed.slice(bytes.length, bytes.length + tagLength)
    },
    async open(nonce, bytes, tag) {
      let opened: Uint8Array
      try {
        opened = await withJoined([bytes, tag], async (sealed) => {
          return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: owned(nonce) }, use(), sealed))
        })
      } catch (error) {
        bytes.fill(0)
        if (error instanceof DOMException && error.name === "OperationError") return false
        throw error
      }
      bytes.set(opened)
      opened.fill(0)
      return true
    },
    close() {
      key = undefined
    },
  }
}

/**
 * RFC 8032, 5.1.7, by the equation that needs no cofactor, as OpenSSL does it: decode A and R (canonical only), refuse S
 * at or above the group order, and compare S B with R + k A. noble's own `verify` multiplies by the cofactor, and both
 * sets are to agree on every signature.
 */
async function verifyStrictly(publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array): Promise<boolean> {
  const { Point } = ed25519
  const order = Point.Fn.ORDER
  const s = littleEndian(signature.subarray(32))
  if (s >= order) return false
  try {
    const a = Point.fromBytes(publicKey, false)
    const r = Point.fromBytes(signature.subarray(0, 32), false)
    const hash = await crypto.subtle.digest("SHA-512", concat(signature.subarray(0, 32), publicKey, message))
    const k = littleEndian(new Uint8Array(hash)) % order
    return Point.BASE.multiplyUnsafe(s).equals(r.add(a.multiplyUnsafe(k)))
  } catch {
    return false // not a point
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
}

/** WebCrypto refuses memory shared between threads, and so does its type: a copy is taken of that only. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes)
}
