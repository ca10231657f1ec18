import type { Plaintext } from "../backend.js"

/** The primitives that the format uses. Two sets pass the same tests: WebCrypto's (here) and node:crypto's (`/node`). */
export interface Cryptography {
  /** Cryptographically secure. */
  randomBytes(byteLength: number): Uint8Array
  /** SHA-256 of the concatenation. Not for secrets: copies of the pieces may stay in memory. */
  sha256(...pieces: readonly Uint8Array[]): Promise<Uint8Array>
  /** HKDF-SHA-256, RFC 5869: extract and expand. */
  hkdf(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, byteLength: number): Promise<Uint8Array>
  /** An AES-256-GCM key, imported once. */
  aesGcm(key: Uint8Array): Promise<AesGcm>
  /** `aesGcm(hkdf(secret, salt, info, 32))`, for sets that keep the key from memory which they can't overwrite. */
  deriveAesGcm?(secret: Uint8Array, salt: Uint8Array, info: Uint8Array): Promise<AesGcm>
  /** `hkdf(secret, salt, info, 32)`, for the same sets. To be closed. */
  deriveSecret?(secret: Uint8Array, salt: Uint8Array, info: Uint8Array): Promise<Plaintext>
  /**
   * What an age file holds, of which the file key is known, if it is no longer than 112 bytes; `undefined` when the MAC or
   * the payload's tag doesn't fit, or it is longer. For sets that keep what comes between from memory which they can't
   * overwrite; without it the age library does this. To be closed.
   */
  openAge?(fileKey: Uint8Array, file: AgeFile): Promise<Plaintext | undefined>
  /** Ed25519, RFC 8032. `privateKey` is the 32-byte seed. */
  sign(privateKey: Uint8Array, message: Uint8Array): Promise<Uint8Array>
  /**
   * Strict: false for S not below the group order, for points that are not canonical, for public keys of small order and
   * for anything malformed.
   */
  verify(publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array): Promise<boolean>
  /** The public key of a 32-byte seed. */
  publicKey(privateKey: Uint8Array): Promise<Uint8Array>
}

/** An age file's pieces, of which nothing is checked but where they are. https://c2sp.org/age */
export interface AgeFile {
  /** Up to and with `---`: what the MAC is over. */
  readonly header: Uint8Array
  readonly mac: Uint8Array
  /** 16 bytes. */
  readonly nonce: Uint8Array
  readonly payload: Uint8Array
}

/** AES-256-GCM under one key, 12-byte nonce, 16-byte tag, no additional data. */
export interface AesGcm {
  /** Encrypts `bytes` in place and returns the tag. */
  seal(nonce: Uint8Array, bytes: Uint8Array): Promise<Uint8Array>
  /** Decrypts `bytes` in place. False, with `bytes` zeroed, when the tag doesn't fit. */
  open(nonce: Uint8Array, bytes: Uint8Array, tag: Uint8Array): Promise<boolean>
  /** Absent: segments are read, digested and opened one step at a time, by this interface's other functions. */
  readonly openSegments?: OpenSegments
  /** Forgets the key, overwriting what copies of it can be reached. Not to be used afterwards. Safe twice. */
  close(): void
}

/** Consecutive whole segments of a sealed model (spec/sealed-model.md), to be opened where they lie in the end. */
export interface SegmentRun {
  /** The index in the model of the first of them. */
  readonly first: number
  /** From 1. */
  readonly count: number
  /** Of the whole model. */
  readonly segments: number
  /** Of each of them but the last, which may be shorter. */
  readonly segmentSize: number
  /** Exactly as long as they are together. */
  readonly target: Uint8Array
  /** 16 bytes for each of them. */
  readonly tags: Uint8Array
  /** 32 bytes for each of them. */
  readonly digests: Uint8Array
  /** Where they are read from. Absent: `target` holds ciphertext already. */
  readonly file?: { readonly descriptor: number; readonly position: number } | undefined
}

/** `failed`: what failed in the segment of this index in the model. `read` stands for every trouble with the file. */
export type SegmentsOutcome = "opened" | { readonly failed: "read" | "digest" | "tag"; readonly index: number }

/**
 * Reads segments, compares each digest over the very bytes that it decrypts, and decrypts them, with no look at the
 * bytes' meaning in between: faster than one step at a time, and otherwise the same. When several fail it names the one
 * of the lowest index. Those that failed are zeroed, others may hold plaintext: the caller zeroes all.
 *
 * Rejects with the signal's reason, soon, and with a TypeError once the key is closed. Nothing touches `target` or the
 * descriptor after it has settled. `onOpened` hears how many bytes more are open, from time to time.
 */
export type OpenSegments = (
  run: SegmentRun,
  signal: AbortSignal | undefined,
  onOpened?: (bytes: number) => void,
) => Promise<SegmentsOutcome>
