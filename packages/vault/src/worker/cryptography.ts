import type { AesGcm, Cryptography, OpenSegments } from "@strongroom/core"
import { nodeCryptography } from "@strongroom/core/node"
import { type Evp, loadEvp, type Pointer } from "../os/evp.js"
import { loadSegments, type NativeSegments } from "../os/segments.js"
import type { Keeping } from "./keeping.js"
import { openNatively } from "./native-segments.js"
import { deriveKey, openAgeFile } from "./secret-derivation.js"
import { plainSecrets, type Secret, type SecretMemory } from "./secret-memory.js"
import { testSegments } from "./test-segments.js"

/** Below, handing work to another thread costs more than it saves. */
const leastElsewhere = 65_536

/** In one call; a multiple of AES's block. */
const mostAtOnce = 2 ** 30

/** What opens sealed models in a vault, and what to say of it in the report. */
export interface VaultCryptography {
  readonly cryptography: Cryptography
  readonly decryption:
    | "OpenSSL, in place, whole segments at once"
    | "OpenSSL, in place"
    | "node:crypto, by way of other memory"
  /** What keys are kept and used by where they lie; undefined where OpenSSL can't be reached. */
  readonly keeping: Keeping | undefined
}

/**
 * OpenSSL's by {@link evpCryptography} where it can be reached and computes as it should, with the native library where
 * that can; node:crypto's, which is slower, where not. All three pass the same tests.
 */
export async function vaultCryptography(
  load: () => Promise<Evp> = loadEvp,
  loadNative: () => Promise<NativeSegments> = loadSegments,
  secretsOf: (evp: Evp) => SecretMemory = ({ addressOf }) => plainSecrets(addressOf),
): Promise<VaultCryptography> {
  try {
    const evp = await load()
    const keeping = { evp, secrets: secretsOf(evp) }
    const cryptography = evpCryptography(evp, undefined, keeping.secrets)
    await testItself(cryptography)
    try {
      const whole = evpCryptography(evp, await loadNative(), keeping.secrets)
      await testSegments(whole)
      return { cryptography: whole, decryption: "OpenSSL, in place, whole segments at once", keeping }
    } catch {
      return { cryptography, decryption: "OpenSSL, in place", keeping }
    }
  } catch {
    return { cryptography: nodeCryptography, decryption: "node:crypto, by way of other memory", keeping: undefined }
  }
}

/**
 * Hashes and ciphers by OpenSSL where the bytes lie, without a copy, long ones on libuv's threads; the rest by
 * node:crypto. Keys, and what is derived on the way to one, are in `secrets`. With `native`, its ciphers open whole
 * segments at once.
 */
export function evpCryptography(
  evp: Evp,
  native?: NativeSegments,
  secrets: SecretMemory = plainSecrets(evp.addressOf),
): Cryptography {
  const keeping = { evp, secrets }

  return {
    ...nodeCryptography,

    async sha256(...pieces) {
      const context = evp.digestNew()
      try {
        evp.digestInit(context, evp.sha256)
        for (const piece of pieces) {
          if (piece.length < leastElsewhere) evp.digestUpdate(context, piece)
          else await evp.digestUpdateElsewhere(context, piece)
        }
        const digest = new Uint8Array(32)
        evp.digestFinal(context, digest)
        return digest
      } finally {
        evp.digestFree(context)
      }
    },

    async aesGcm(key) {
      if (key.length !== 32) throw new RangeError("An AES-256-GCM key has 32 bytes.")
      const own = secrets.allocate(key.length)
      own.bytes.set(key)
      return aesGcm(evp, native, own)
    },

    async deriveAesGcm(secret, salt, info) {
      return aesGcm(evp, native, deriveKey(keeping, secret, salt, info))
    },

    async deriveSecret(secret, salt, info) {
      return deriveKey(keeping, secret, salt, info)
    },

    async hkdf(secret, salt, info, byteLength) {
      // Nothing longer is derived of a key.
      if (byteLength > 32) return nodeCryptography.hkdf(secret, salt, info, byteLength)
      const key = deriveKey(keeping, secret, salt, info)
      try {
        return key.bytes.slice(0, byteLength)
      } finally {
        key.close()
      }
    },

    async openAge(fileKey, file) {
      return openAgeFile(keeping, fileKey, file)
    },
  }
}

/** @param key is the cipher's from now on. */
function aesGcm(evp: Evp, native: NativeSegments | undefined, key: Secret): AesGcm {
  let closed = false
  const checkOpen = () => {
    if (closed) throw new TypeError("This AES-GCM key is closed.")
  }

  /** Calls `end` with a context that has transformed `bytes`, and frees it, with its copy of the key, in every case. */
  async function transform<T>(
    nonce: Uint8Array,
    bytes: Uint8Array,
    encrypt: boolean,
    end: (context: Pointer) => T,
  ): Promise<T> {
    checkOpen()
    if (nonce.length !== 12) throw new RangeError("An AES-GCM nonce has 12 bytes here.")
    const context = evp.cipherNew()
    try {
      evp.cipherInit(context, evp.aes256Gcm, key.address, nonce, encrypt)
      for (let at = 0; at < bytes.length; at += mostAtOnce) {
        const piece = bytes.subarray(at, at + mostAtOnce)
        if (piece.length < leastElsewhere) evp.cipherUpdate(context, piece)
        else await evp.cipherUpdateElsewhere(context, piece)
      }
      return end(context)
    } finally {
      evp.cipherFree(context)
    }
  }

  const openSegments =
    (through: NativeSegments): OpenSegments =>
    async (run, signal, onOpened = () => {}) => {
      const checkWanted = () => {
        checkOpen()
        signal?.throwIfAborted()
      }
      checkWanted()
      return await openNatively(evp, through, { ...run, key: key.address, checkWanted, onOpened })
    }

  return {
    ...(native && { openSegments: openSegments(native) }),
    seal: (nonce, bytes) =>
      transform(nonce, bytes, true, (context) => {
        if (!evp.cipherFinal(context)) throw new Error("OpenSSL couldn't end an encryption.")
        const tag = new Uint8Array(16)
        evp.getTag(context, tag)
        return tag
      }),
    async open(nonce, bytes, tag) {
      if (tag.length !== 16) throw new RangeError("An AES-GCM tag has 16 bytes here.")
      let fits = false
      try {
        fits = await transform(nonce, bytes, false, (context) => {
          evp.setTag(context, tag)
          return evp.cipherFinal(context)
        })
        return fits
      } finally {
        if (!fits) bytes.fill(0)
      }
    },
    close() {
      closed = true
      key.close()
    },
  }
}

/** @throws when this process's OpenSSL, or the way to it, computes something else than node:crypto. */
async function testItself(cryptography: Cryptography): Promise<void> {
  const bytes = Uint8Array.from({ length: leastElsewhere }, (_, i) => i)
  const [key, nonce] = [bytes.slice(1, 33), bytes.slice(2, 14)]
  const digest = await cryptography.sha256(bytes)
  const [own, other] = [await cryptography.aesGcm(key), await nodeCryptography.aesGcm(key)]
  const sealed = bytes.slice()
  const tag = await other.seal(nonce, sealed)
  const opened = sealed.slice()
  const expected = [await nodeCryptography.sha256(bytes), bytes]
  const holds =
    (await own.open(nonce, opened, tag)) &&
    !(await own.open(nonce, sealed, digest.subarray(0, 16))) &&
    [digest, opened].every((found, i) => Buffer.compare(found, expected[i] as Uint8Array) === 0)
  own.close()
  other.close()
  if (!holds) throw new Error("OpenSSL gave what it shouldn't.")
}
