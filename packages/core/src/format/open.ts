import { type ArtifactKeys, artifactKeys } from "../artifact-store/artifact-keys.js"
import type { Plaintext } from "../backend.js"
import { readU32 } from "../bytes.js"
import type { AesGcm, Cryptography } from "../crypto/cryptography.js"
import { portableCryptography } from "../crypto/portable.js"
import { StrongroomError } from "../errors.js"
import { type Identity, readIdentity } from "../grant/age.js"
import { checkRecipientSecret, type OpenedGrant, openGrant } from "../grant/open.js"
import type { Terms } from "../grant/terms.js"
import { heapPlaintext } from "../host/plaintext.js"
import type { Source } from "../source/source.js"
import { readTrust, type Trust } from "../trust/trust.js"
import { readFront } from "./front.js"
import type { Header } from "./header.js"
import { artifactRoot, checkCommitment, payloadCipher } from "./keys.js"
import { placeParts, segmentLength } from "./layout.js"
import { limits } from "./limits.js"
import { type Manifest, parseManifest } from "./manifest.js"
import { type SealedPart, sealedPart } from "./part.js"
import { readPlaintext } from "./payload.js"
import { checkPolicy, type Place } from "./policy.js"
import type { Payload } from "./read-segment.js"

/** What it takes to open a sealed model. */
export interface Keys {
  readonly grant: Uint8Array
  readonly identity: Identity
  /** The publishers that the app pins: public keys (PEM), or with a keyring. */
  readonly trust: readonly (string | Trust)[]
  /** Default: the machine's clock. */
  readonly now?: Date
}

export interface OpenOptions {
  readonly signal?: AbortSignal
  /** Default: {@link portableCryptography}; `nodeCryptography` of `@strongroom/core/node` is faster there. */
  readonly cryptography?: Cryptography
  /** Memory for the host's own copies of plaintext: the manifest, segments that parts share, chunks. Default: the heap. */
  readonly allocate?: (byteLength: number) => Plaintext
  /** Where the model is opened, to compare with the publisher's policy. Default: not a vault, and nothing else either. */
  readonly place?: Place
}

/** A sealed model that is open. */
export interface SealedModel extends AsyncDisposable {
  readonly header: Header
  readonly manifest: Manifest
  /** Of the grant, checked when it was opened. */
  readonly terms: Terms
  /** In the manifest's order. */
  readonly parts: readonly SealedPart[]
  /** For `artifactsFor()` of `@strongroom/core/host`, where it was opened for the cache policy `sealed`; else undefined. */
  readonly artifactKeys: ArtifactKeys | undefined
  /**
   * Overwrites the keys that can be reached (not those in strings, nor in WebCrypto's key objects), and closes the
   * source. Reads under way fail, and leave zeros. Safe twice.
   */
  close(): Promise<void>
}

/**
 * Opens a sealed model, making every check of spec/sealed-model.md in its order. The source is taken over: it is closed
 * with the model, or before this rejects.
 *
 * @throws StrongroomError any code of "The sealed file", "Trust", "Grants" and "Policy" in spec/errors.md.
 */
export async function openSealedModel(source: Source, keys: Keys, options: OpenOptions = {}): Promise<SealedModel> {
  try {
    return await open(source, keys, options)
  } catch (error) {
    await source.close()
    throw error
  }
}

async function open(source: Source, keys: Keys, options: OpenOptions): Promise<SealedModel> {
  const { signal, cryptography = portableCryptography, place = { vault: false }, allocate = heapPlaintext } = options
  const { grant, trust, now = new Date() } = keys
  if (!(grant instanceof Uint8Array)) throw new TypeError("`grant` must be a Uint8Array.")
  const identity = readIdentity(keys.identity)
  const pins = readTrust(trust)

  const front = await readFront(source, { pins, now, cryptography, signal })
  const { header, layout, tables } = front
  const granted = await openGrant(grant, { ...front, identity, now, cryptography })
  const { terms } = granted
  const isKept = place.cachePolicy === "sealed"
  const { cipher, artifacts } = await keysOf(granted, header, isKept, cryptography).finally(() => granted.close())

  try {
    const payload = { source, layout, tables, cryptography, allocate }
    const { manifest, offsets } = await readManifest(payload, cipher, signal)
    checkPolicy(manifest.policy, place)
    let closed = false
    const openCipher = () => {
      if (closed) throw new TypeError("This sealed model is closed.")
      return cipher
    }
    const close = async () => {
      closed = true
      cipher.close()
      artifacts?.close()
      await source.close()
    }
    const parts = manifest.parts.map((entry, i) => sealedPart(entry, offsets[i] as number, payload, openCipher))
    return { header, manifest, terms, parts, artifactKeys: artifacts, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    cipher.close()
    artifacts?.close()
    throw error
  }
}

/** Of the payload, and of what is kept of it where artifacts are sealed: the caller's to close. */
async function keysOf(granted: OpenedGrant, header: Header, isKept: boolean, cryptography: Cryptography) {
  if (isKept) checkRecipientSecret(granted)
  await checkCommitment(granted.contentKey, header, cryptography)
  const cipher = await payloadCipher(granted.contentKey, header, cryptography)
  try {
    const root = isKept ? await artifactRoot(granted.artifactSecrets, header, cryptography) : undefined
    return { cipher, artifacts: root && artifactKeys(root, cryptography) }
  } catch (error) {
    cipher.close()
    throw error
  }
}

/** Step 10: `u32(M)`, then M bytes, from the payload's beginning. */
async function readManifest(payload: Payload, cipher: AesGcm, signal: AbortSignal | undefined) {
  const { payloadLength, segmentSize } = payload.layout
  const whole = payload.allocate(segmentLength(payload.layout, 0))
  const first = whole.bytes
  let rest: Plaintext | undefined
  try {
    await readPlaintext(payload, cipher, 0, first, { signal })
    const length = readU32(first, 0)
    if (length < limits.leastManifest || length > limits.mostManifest || 4 + length > payloadLength) {
      throw manifestInvalid("length is out of limits")
    }
    rest = payload.allocate(length)
    const { bytes } = rest
    bytes.set(first.subarray(4, 4 + length))
    if (4 + length > first.length) {
      await readPlaintext(payload, cipher, first.length, bytes.subarray(first.length - 4), { signal })
    }
    const manifest = parseManifest(bytes)
    const lengths = manifest.parts.map(({ byteLength }) => byteLength)
    const { offsets, end } = placeParts(length, lengths, segmentSize)
    if (end > payloadLength) throw manifestInvalid("parts are longer than the payload")
    return { manifest, offsets }
  } finally {
    whole.close()
    rest?.close()
  }
}

function manifestInvalid(reason: string): StrongroomError {
  return new StrongroomError("manifest-invalid", `The manifest's ${reason}. The publisher has to seal it anew.`)
}
