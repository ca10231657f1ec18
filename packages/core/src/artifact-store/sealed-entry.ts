import type { Plaintext } from "../backend.js"
import { concat, equalBytes, readU32, u32, u64, utf8 } from "../bytes.js"
import type { AesGcm } from "../crypto/cryptography.js"
import { padme, tagLength } from "../format/layout.js"
import type { ArtifactKeys } from "./artifact-keys.js"
import type { Compression } from "./compression.js"
import type { IgnoredReason } from "./tally.js"

/*
 * An entry of a store under `sealed` (spec/cache-policy.md):
 *
 *     "SRARTIF1" | 32 bytes of salt | ciphertext | tag
 *
 * and what is sealed: u32 method | u32 length of the body | u64 length of the artifact | body | zeros, up to a length that
 * Padmé gives. Every entry has a key of its own, so that its nonce is 0.
 */

const magic = utf8("SRARTIF1")
const saltLength = 32
const bodyOffset = 16
const sealedOffset = magic.length + saltLength
const nonce = new Uint8Array(12)
const methods = { stored: 0, brotli: 1 } as const

/**
 * What compression leaves at most of an artifact's length, or it is stored as it is: decompressing takes ten times as long as
 * decrypting, and weights would be a sixteenth shorter (docs/decisions/0014-onnxruntime-artifacts.md).
 */
const mostLeft = 0.75

/** A longer artifact isn't kept. Bytes. */
export const mostArtifact = 2 ** 30

/** What sealing takes. */
export interface Sealing {
  readonly keys: ArtifactKeys
  /** Memory for plaintext. */
  readonly allocate: (byteLength: number) => Plaintext
  /** Absent: artifacts are stored as they are, and compressed ones not understood. */
  readonly compression?: Compression | undefined
}

/** @throws RangeError for more than {@link mostArtifact}. */
export async function sealEntry(bytes: Uint8Array, binding: Uint8Array, sealing: Sealing): Promise<Uint8Array> {
  const { keys, allocate } = sealing
  if (bytes.length > mostArtifact) {
    throw new RangeError(`An artifact has at most ${mostArtifact} bytes, not ${bytes.length}.`)
  }
  const smaller = await compressed(bytes, sealing.compression)
  const body = smaller ?? bytes
  let plaintext: Plaintext | undefined
  let cipher: AesGcm | undefined
  try {
    plaintext = allocate(paddedLength(body.length))
    const method = smaller === undefined ? methods.stored : methods.brotli
    plaintext.bytes.fill(0)
    plaintext.bytes.set(concat(u32(method), u32(body.length), u64(bytes.length)))
    plaintext.bytes.set(body, bodyOffset)
    const salt = crypto.getRandomValues(new Uint8Array(saltLength))
    cipher = await keys.cipher(binding, salt)
    const tag = await cipher.seal(nonce, plaintext.bytes)
    return concat(magic, salt, plaintext.bytes, tag)
  } finally {
    cipher?.close()
    plaintext?.close()
    smaller?.fill(0)
  }
}

/** The artifact, or why the entry is none that may be used. Nothing of what doesn't authenticate comes out. */
export async function openEntry(
  entry: Uint8Array,
  binding: Uint8Array,
  sealing: Sealing,
): Promise<Plaintext | IgnoredReason> {
  const refused = refusedForm(entry)
  if (refused !== undefined) return refused
  const plaintext = sealing.allocate(entry.length - sealedOffset - tagLength)
  let used = false
  try {
    plaintext.bytes.set(entry.subarray(sealedOffset, -tagLength))
    if (!(await opens(plaintext.bytes, entry, binding, sealing.keys))) return "authenticity"
    const content = contentOf(plaintext.bytes)
    if (content === undefined) return "format"
    const { method, body, byteLength } = content
    if (method === methods.stored) {
      used = true
      return within(plaintext, body)
    }
    if (method !== methods.brotli || sealing.compression === undefined) return "version"
    return await decompressed(body, byteLength, sealing.compression, sealing.allocate)
  } finally {
    if (!used) plaintext.close()
  }
}

/** Why bytes are no entry, as far as that shows without a key. */
function refusedForm(entry: Uint8Array): IgnoredReason | undefined {
  const sealedLength = entry.length - sealedOffset - tagLength
  if (sealedLength < bodyOffset || sealedLength > paddedLength(mostArtifact)) return "format"
  if (padme(sealedLength) !== sealedLength) return "format"
  if (!equalBytes(entry.subarray(0, magic.length - 1), magic.subarray(0, -1))) return "format"
  return entry[magic.length - 1] === magic.at(-1) ? undefined : "version"
}

async function opens(bytes: Uint8Array, entry: Uint8Array, binding: Uint8Array, keys: ArtifactKeys): Promise<boolean> {
  const cipher = await keys.cipher(binding, entry.subarray(magic.length, sealedOffset))
  try {
    return await cipher.open(nonce, bytes, entry.slice(-tagLength))
  } finally {
    cipher.close()
  }
}

/** What authenticated bytes hold; `undefined` when they contradict themselves. */
function contentOf(bytes: Uint8Array) {
  const [method, length, byteLength, above] = [0, 4, 8, 12].map((at) => readU32(bytes, at)) as Four
  if (length > bytes.length - bodyOffset || above !== 0 || byteLength > mostArtifact) return undefined
  if (method === methods.stored && length !== byteLength) return undefined
  return { method, body: bytes.subarray(bodyOffset, bodyOffset + length), byteLength }
}

type Four = [number, number, number, number]

function paddedLength(bodyLength: number): number {
  return padme(bodyOffset + bodyLength)
}

/** `undefined` where it pays not, padding counted. */
async function compressed(bytes: Uint8Array, compression: Compression | undefined): Promise<Uint8Array | undefined> {
  if (compression === undefined) return undefined
  const smaller = await compression.compress(bytes)
  if (paddedLength(smaller.length) <= mostLeft * paddedLength(bytes.length)) return smaller
  smaller.fill(0)
  return undefined
}

async function decompressed(
  body: Uint8Array,
  byteLength: number,
  compression: Compression,
  allocate: (byteLength: number) => Plaintext,
): Promise<Plaintext | IgnoredReason> {
  let whole: Uint8Array
  try {
    whole = await compression.decompress(body, byteLength)
  } catch {
    return "format"
  }
  try {
    const plaintext = allocate(byteLength)
    plaintext.bytes.set(whole)
    return plaintext
  } finally {
    whole.fill(0)
  }
}

/** A piece of plaintext that is closed as a whole. */
function within(plaintext: Plaintext, bytes: Uint8Array): Plaintext {
  const { address } = plaintext
  return {
    bytes,
    ...(address !== undefined && { address: address + BigInt(bodyOffset) }),
    close: plaintext.close,
  }
}
