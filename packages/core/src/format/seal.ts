import { fromHex, toHex, utf8 } from "../bytes.js"
import type { Cryptography } from "../crypto/cryptography.js"
import { portableCryptography } from "../crypto/portable.js"
import type { Sink } from "../source/sink.js"
import { decodePrivateKey, decodePublicKey } from "../trust/pem.js"
import { joinEnvelope, signedMessage } from "./envelope.js"
import { encodeHeader, type Header, isPowerOfTwo, modelFormat, suite } from "./header.js"
import { keyCommitment, payloadCipher } from "./keys.js"
import { layoutOf, padme, placeParts } from "./layout.js"
import { limits } from "./limits.js"
import { encodeManifest } from "./manifest.js"
import type { ModelToSeal } from "./model-to-seal.js"
import type { OnProgress } from "./payload.js"
import { plaintextOf } from "./plaintext.js"
import type { Policy } from "./policy.js"
import { checkPolicyToSeal } from "./policy-to-seal.js"
import { sealSegments } from "./seal-segments.js"
import { tablesDigest, tablesOver } from "./tables.js"

export interface SealOptions {
  /** The private key that signs, PEM: the publisher's root, or with a keyring one of its model keys. */
  readonly publisher: string
  /** The publisher's root public key, PEM. Default: the signing key's own. */
  readonly root?: string
  /** Committed when all is written; aborted on any failure. */
  readonly sink: Sink
  /** 32 hex digits, the same in all releases of a model. Default: random. */
  readonly modelId?: string
  /** Integer from 0 to 2^31 - 1. Default: 0. */
  readonly release?: number
  /** A public text, at most 256 bytes of UTF-8. */
  readonly label?: string
  /** Bytes, a power of two from 4 KiB to 16 MiB. Default: 1 MiB. */
  readonly segmentSize?: number
  /** What the publisher demands of those who open it. */
  readonly policy?: Policy
  readonly signal?: AbortSignal
  /** Bytes of the payload. */
  readonly onProgress?: OnProgress
  /** Default: {@link portableCryptography}. */
  readonly cryptography?: Cryptography
}

export interface Sealed {
  readonly modelId: string
  /** The header's exact bytes. */
  readonly header: Uint8Array
  /** 32 bytes, for grants. Whoever has it can read the model: the caller overwrites it after use. */
  readonly contentKey: Uint8Array
  /** Of the file. */
  readonly byteLength: number
}

/**
 * Seals a model: one pass over its parts, in memory of a few segments and 48 bytes for each. The payload is written
 * first, then the tables, and the signed header last. A part's length is asked once and every byte read once; the sources
 * stay the caller's.
 *
 * @throws StrongroomError `key-invalid`; `manifest-invalid` for names, shapes or a policy that the format doesn't allow;
 * `source-changed` when a part ends before the length that it gave; what sources and sink throw. TypeError or
 * RangeError for a policy with members or guarantees that there aren't; RangeError for options out of limits and a model too large for its segment size.
 */
export async function sealModel(model: ModelToSeal, options: SealOptions): Promise<Sealed> {
  try {
    return await seal(model, options)
  } catch (error) {
    // What went wrong first is what the caller has to know.
    await options.sink.abort().catch(() => {})
    throw error
  }
}

async function seal(model: ModelToSeal, options: SealOptions): Promise<Sealed> {
  const { sink, signal, onProgress, policy = {}, cryptography = portableCryptography } = options
  checkPolicyToSeal(policy)
  const seed = decodePrivateKey(options.publisher)
  const contentKey = cryptography.randomBytes(32)
  let done = false
  try {
    signal?.throwIfAborted()
    const byteLengths = await lengthsOf(model, signal)
    const manifest = encodeManifest({
      kind: model.kind,
      inputs: model.inputs,
      outputs: model.outputs,
      parts: model.parts.map(({ role, name }, i) => ({ role, name, byteLength: byteLengths[i] as number })),
      policy,
    })
    const segmentSize = options.segmentSize ?? 1_048_576
    checkSegmentSize(segmentSize)
    const { offsets, end } = placeParts(manifest.length, byteLengths, segmentSize)
    const payloadLength = padme(end)
    checkPayloadLength(payloadLength, segmentSize)
    const draft = await draftHeader(options, seed, segmentSize, payloadLength, cryptography)
    const commitment = toHex(await keyCommitment(contentKey, draft, cryptography))
    const layout = layoutOf(encodeHeader(draft).length, segmentSize, payloadLength)

    const beforePayload = new Uint8Array(layout.payloadOffset - layout.tablesOffset)
    const tableBytes = beforePayload.subarray(0, layout.tablesLength)
    const tables = tablesOver(tableBytes, layout.segments)
    const plaintext = plaintextOf(manifest, model.parts, offsets, byteLengths)
    const cipher = await payloadCipher(contentKey, draft, cryptography)
    try {
      await sealSegments({ plaintext, layout, tables, cipher, sink, cryptography, signal, onProgress })
    } finally {
      cipher.close()
    }
    await sink.write(layout.tablesOffset, beforePayload)

    const digest = toHex(await tablesDigest(tableBytes, layout.segments, cryptography))
    const document = encodeHeader({ ...draft, commitment, tables: digest })
    const attachment = new Uint8Array(0)
    const signature = await cryptography.sign(seed, signedMessage("model", document, attachment))
    await sink.write(0, joinEnvelope("model", { document, signature, attachment }))
    signal?.throwIfAborted()
    await sink.commit()
    done = true
    return { modelId: draft.model, header: document, contentKey, byteLength: layout.fileLength }
  } finally {
    seed.fill(0)
    if (!done) contentKey.fill(0)
  }
}

async function lengthsOf(model: ModelToSeal, signal: AbortSignal | undefined): Promise<readonly number[]> {
  const byteLengths: number[] = []
  for (const { source } of model.parts) byteLengths.push(await source.byteLength(signal))
  return byteLengths
}

/** The header but for what depends on the payload, whose places are held by hex of the same length. */
async function draftHeader(
  options: SealOptions,
  seed: Uint8Array,
  segmentSize: number,
  payloadLength: number,
  cryptography: Cryptography,
): Promise<Header> {
  const { root, release = 0, label, modelId = toHex(cryptography.randomBytes(16)) } = options
  if (fromHex(modelId)?.length !== 16) throw new RangeError("`modelId` must be 32 lower-case hex digits.")
  if (!Number.isInteger(release) || release < 0 || release > limits.mostRelease) {
    throw new RangeError(`\`release\` must be an integer from 0 to ${limits.mostRelease}.`)
  }
  if (label !== undefined && (utf8(label).length > limits.mostLabel || /\p{Surrogate}/u.test(label))) {
    throw new RangeError(`\`label\` must be a well-formed string of at most ${limits.mostLabel} UTF-8 bytes.`)
  }
  const signer = await cryptography.publicKey(seed)
  const unknown = "0".repeat(64)
  return {
    format: modelFormat,
    suite,
    model: modelId,
    release,
    publisher: toHex(root === undefined ? signer : decodePublicKey(root)),
    signer: toHex(signer),
    segmentSize,
    payloadLength,
    salt: toHex(cryptography.randomBytes(32)),
    commitment: unknown,
    tables: unknown,
    ...(label !== undefined && { label }),
  }
}

function checkSegmentSize(segmentSize: number): void {
  const inLimits = segmentSize >= limits.leastSegment && segmentSize <= limits.mostSegment
  if (Number.isInteger(segmentSize) && inLimits && isPowerOfTwo(segmentSize)) return
  throw new RangeError(`\`segmentSize\` must be a power of two from ${limits.leastSegment} to ${limits.mostSegment}.`)
}

function checkPayloadLength(payloadLength: number, segmentSize: number): void {
  const most = Math.min(limits.mostPayload, limits.mostSegments * segmentSize)
  if (payloadLength > most) {
    throw new RangeError(
      `The model needs a payload of ${payloadLength} bytes, at most ${most} are possible in segments of ${segmentSize}.`,
    )
  }
}
