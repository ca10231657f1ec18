import type { Cryptography } from "../../src/crypto/cryptography.js"
import type { ModelToSeal } from "../../src/format/model-to-seal.js"
import type { Keys } from "../../src/format/open.js"
import { type SealOptions, sealModel } from "../../src/format/seal.js"
import { generateIdentity } from "../../src/grant/age.js"
import { createGrant, type GrantOptions } from "../../src/grant/create.js"
import { nodeCryptography } from "../../src/node/cryptography.js"
import { bytesSource } from "../../src/source/bytes.js"
import { memorySink } from "../../src/source/memory-sink.js"
import { generatePublisherKeys } from "../../src/trust/keys.js"

export const publisher = await generatePublisherKeys()
export const stranger = await generatePublisherKeys()
export const recipient = await generateIdentity()

/** Bytes that differ from place to place, the same every time. */
export function pattern(byteLength: number): Uint8Array {
  return Uint8Array.from({ length: byteLength }, (_, i) => (i * 31 + (i >>> 8) * 7 + 1) & 0xff)
}

export function modelOf(...parts: readonly Uint8Array[]): ModelToSeal {
  return {
    kind: "file",
    inputs: [],
    outputs: [],
    parts: parts.map((bytes, i) => ({ role: "file", name: `part/${i}`, source: bytesSource(bytes) })),
  }
}

export interface SealedBytes {
  readonly bytes: Uint8Array
  readonly contentKey: Uint8Array
  readonly keys: Keys
}

/** Seals in memory, in segments of 4 KiB, and grants it to {@link recipient}. */
export async function sealInMemory(
  model: ModelToSeal,
  options: Partial<SealOptions> = {},
  grantOptions: Partial<GrantOptions> = {},
  cryptography: Cryptography = nodeCryptography,
): Promise<SealedBytes> {
  const sink = memorySink()
  const { contentKey } = await sealModel(model, {
    publisher: publisher.privateKey,
    sink,
    segmentSize: 4096,
    cryptography,
    ...options,
  })
  const bytes = sink.bytes()
  const grant = await createGrant({
    model: bytes,
    contentKey,
    signingKey: publisher.privateKey,
    recipient: recipient.recipient,
    cryptography,
    ...grantOptions,
  })
  return { bytes, contentKey, keys: { grant, identity: recipient.identity, trust: [publisher.publicKey] } }
}
