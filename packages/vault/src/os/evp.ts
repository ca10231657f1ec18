/**
 * OpenSSL's EVP interface, of the library that Node itself is built on: every native signature of it that the vault
 * uses, and nothing else. Manual pages: EVP_DigestInit(3), EVP_EncryptInit(3), HMAC(3), EVP_PKEY_new(3),
 * EVP_PKEY_derive(3).
 */

/** A pointer that OpenSSL gave. Never 0 here. */
export type Pointer = bigint

/** Memory that OpenSSL reads or writes where it lies. */
export type Memory = Uint8Array | Int32Array

/** Memory by its address, with its length in bytes. */
export interface Range {
  readonly address: Pointer
  readonly byteLength: number
}

export interface Evp {
  /** For `digestInit`. Static: not to be freed. */
  readonly sha256: Pointer
  /** For `cipherInit`. Static: not to be freed. */
  readonly aes256Gcm: Pointer
  /** For `cipherInit`: 32 bytes of key, tags as AES-GCM's. Static: not to be freed. */
  readonly chacha20Poly1305: Pointer
  digestNew(): Pointer
  digestFree(context: Pointer): void
  digestInit(context: Pointer, digest: Pointer): void
  digestUpdate(context: Pointer, bytes: Uint8Array): void
  /** On one of libuv's threads. Nothing else may use `context` meanwhile, nor write `bytes`. */
  digestUpdateElsewhere(context: Pointer, bytes: Uint8Array): Promise<void>
  /** `digest` has the length of the digest. */
  digestFinal(context: Pointer, digest: Uint8Array): void
  cipherNew(): Pointer
  /** Overwrites the key that the context holds. */
  cipherFree(context: Pointer): void
  /** `key` is read before this returns. */
  cipherInit(context: Pointer, cipher: Pointer, key: Uint8Array | Pointer, nonce: Uint8Array, encrypt: boolean): void
  /** In place. At most 2^31 - 1 bytes. */
  cipherUpdate(context: Pointer, bytes: Uint8Array | Range): void
  /** The same on one of libuv's threads. Nothing else may touch `context` or `bytes` meanwhile. */
  cipherUpdateElsewhere(context: Pointer, bytes: Uint8Array): Promise<void>
  /** The tag to expect, 16 bytes, before `cipherFinal` when decrypting. */
  setTag(context: Pointer, tag: Uint8Array): void
  /** The tag, 16 bytes, after `cipherFinal` when encrypting. */
  getTag(context: Pointer, tag: Uint8Array): void
  /** False: the tag doesn't fit. */
  cipherFinal(context: Pointer): boolean
  /** HMAC-SHA-256 into 32 bytes at `to`. OpenSSL overwrites its own copies of the key. */
  hmac(key: Uint8Array | Range, bytes: Uint8Array | Range, to: Pointer): void
  /** The public key, 32 bytes, of the X25519 private key at that address. */
  x25519Public(privateKey: Pointer): Uint8Array
  /** Puts the shared secret, 32 bytes, at `to`. False, for a share of small order: it would be zeros. */
  x25519(privateKey: Pointer, share: Uint8Array, to: Pointer): boolean
  /** Where the bytes lie: valid while somebody holds them, and their buffer is longer than 64 bytes. */
  addressOf(bytes: Uint8Array): Pointer
}

// evp.h
const aeadGetTag = 0x10
const aeadSetTag = 0x11
const tagLength = 16
const x25519Type = 1034

/**
 * Finds OpenSSL in this process.
 *
 * @throws when koffi isn't installed for this platform, or the process doesn't export one of the functions.
 */
export async function loadEvp(): Promise<Evp> {
  const { default: koffi } = await import("koffi")
  const library = koffi.load(null)
  const pointer = (definition: string) =>
    library.func(definition) as unknown as (...values: unknown[]) => Pointer | null
  const status = (definition: string) => library.func(definition) as unknown as Status
  const none = (definition: string) => library.func(definition) as unknown as (...values: unknown[]) => void

  const digestNew = pointer("void *EVP_MD_CTX_new()")
  const digestInit = status("int EVP_DigestInit_ex(void *context, void *digest, void *engine)")
  const digestUpdate = status("int EVP_DigestUpdate(void *context, void *bytes, size_t length)")
  const digestFinal = status("int EVP_DigestFinal_ex(void *context, void *digest, void *length)")
  const cipherNew = pointer("void *EVP_CIPHER_CTX_new()")
  const cipherInit = status(
    "int EVP_CipherInit_ex(void *context, void *cipher, void *engine, void *key, void *nonce, int encrypt)",
  )
  const cipherUpdate = status("int EVP_CipherUpdate(void *context, void *to, void *written, void *from, int length)")
  const cipherFinal = status("int EVP_CipherFinal_ex(void *context, void *to, void *written)")
  const cipherControl = status("int EVP_CIPHER_CTX_ctrl(void *context, int type, int length, void *bytes)")
  const clearErrors = none("void ERR_clear_error()")
  const hmac = pointer(
    "void *HMAC(void *digest, void *key, int key_length, void *bytes, size_t length, void *to, void *to_length)",
  )
  const newPrivate = pointer("void *EVP_PKEY_new_raw_private_key(int type, void *engine, void *key, size_t length)")
  const newPublic = pointer("void *EVP_PKEY_new_raw_public_key(int type, void *engine, void *key, size_t length)")
  const getPublic = status("int EVP_PKEY_get_raw_public_key(void *key, void *to, void *length)")
  const keyFree = none("void EVP_PKEY_free(void *key)")
  const exchangeNew = pointer("void *EVP_PKEY_CTX_new(void *key, void *engine)")
  const exchangeInit = status("int EVP_PKEY_derive_init(void *context)")
  const exchangeWith = status("int EVP_PKEY_derive_set_peer(void *context, void *share)")
  const exchange = status("int EVP_PKEY_derive(void *context, void *to, void *length)")
  const exchangeFree = none("void EVP_PKEY_CTX_free(void *context)")
  const sha256 = given(pointer("void *EVP_sha256()")())

  function withKey<T>(made: Pointer | null, use: (key: Pointer) => T): T {
    const key = given(made)
    try {
      return use(key)
    } finally {
      keyFree(key)
    }
  }

  return {
    sha256,
    aes256Gcm: given(pointer("void *EVP_aes_256_gcm()")()),
    chacha20Poly1305: given(pointer("void *EVP_chacha20_poly1305()")()),
    digestNew: () => given(digestNew()),
    digestFree: none("void EVP_MD_CTX_free(void *context)"),
    digestInit: (context, digest) => check(digestInit(context, digest, null)),
    digestUpdate: (context, bytes) => check(digestUpdate(context, bytes, bytes.length)),
    digestUpdateElsewhere: async (context, bytes) =>
      check(await elsewhere(digestUpdate, [context, bytes, bytes.length])),
    digestFinal: (context, digest) => check(digestFinal(context, digest, null)),
    cipherNew: () => given(cipherNew()),
    cipherFree: none("void EVP_CIPHER_CTX_free(void *context)"),
    cipherInit: (context, cipher, key, nonce, encrypt) =>
      check(cipherInit(context, cipher, null, key, nonce, Number(encrypt))),
    cipherUpdate(context, bytes) {
      const { place, byteLength } = placeOf(bytes)
      check(cipherUpdate(context, place, new Int32Array(1), place, byteLength))
    },
    cipherUpdateElsewhere: async (context, bytes) =>
      check(await elsewhere(cipherUpdate, [context, bytes, new Int32Array(1), bytes, bytes.length])),
    setTag: (context, tag) => check(cipherControl(context, aeadSetTag, tagLength, tag)),
    getTag: (context, tag) => check(cipherControl(context, aeadGetTag, tagLength, tag)),
    cipherFinal(context) {
      // GCM has nothing left to write; the room is what the manual page asks for.
      const fits = cipherFinal(context, new Uint8Array(16), new Int32Array(1)) === 1
      if (!fits) clearErrors()
      return fits
    },
    hmac(key, bytes, to) {
      const [by, of] = [placeOf(key), placeOf(bytes)]
      given(hmac(sha256, by.place, by.byteLength, of.place, of.byteLength, to, null))
    },
    x25519Public: (privateKey) =>
      withKey(newPrivate(x25519Type, null, privateKey, 32), (key) => {
        const share = new Uint8Array(32)
        check(getPublic(key, share, BigUint64Array.of(32n)))
        return share
      }),
    x25519: (privateKey, share, to) =>
      withKey(newPrivate(x25519Type, null, privateKey, 32), (own) =>
        withKey(newPublic(x25519Type, null, share, 32), (other) => {
          const context = given(exchangeNew(own, null))
          try {
            check(exchangeInit(context))
            const done = exchangeWith(context, other) === 1 && exchange(context, to, BigUint64Array.of(32n)) === 1
            if (!done) clearErrors()
            return done
          } finally {
            exchangeFree(context)
          }
        }),
      ),
    addressOf: (bytes) => koffi.address(bytes),
  }
}

function placeOf(bytes: Uint8Array | Range) {
  return bytes instanceof Uint8Array
    ? { place: bytes, byteLength: bytes.length }
    : { place: bytes.address, byteLength: bytes.byteLength }
}

/** Most of OpenSSL's functions give 1, or what isn't 1 when they fail. */
type Status = ((...values: unknown[]) => number) & {
  async(...values: [...unknown[], (error: unknown, status: number) => void]): void
}

/** What other threads are using: koffi takes addresses and keeps no hold on the memory. */
const lent = new Set<readonly unknown[]>()

function elsewhere(call: Status, values: readonly unknown[]): Promise<number> {
  lent.add(values)
  return new Promise((resolve, reject) => {
    call.async(...values, (error, status) => {
      lent.delete(values)
      if (error) reject(error)
      else resolve(status)
    })
  })
}

function check(status: number): void {
  if (status !== 1) throw new Error("A function of OpenSSL's failed, which has no reason to.")
}

function given(pointer: Pointer | null): Pointer {
  if (pointer === null) throw new Error("OpenSSL has no memory, or lacks an algorithm.")
  return pointer
}
