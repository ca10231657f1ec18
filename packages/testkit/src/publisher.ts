import {
  type Cryptography,
  createGrant,
  generateIdentity,
  generatePublisherKeys,
  type Keys,
  type ModelToSeal,
  memorySink,
  type SealOptions,
  sealModel,
} from "@strongroom/core"

/** A sealed model and what opens it. */
export interface ShippedModel {
  readonly bytes: Uint8Array
  readonly keys: Keys
  /** The identity in `keys`, as an age identity file would hold it. */
  readonly identity: string
}

/** Somebody who seals models for somebody, in memory, with keys of their own. */
export interface Publisher {
  ship(model: ModelToSeal, settings?: Pick<SealOptions, "policy" | "segmentSize">): Promise<ShippedModel>
}

export async function publisherWith(cryptography: Cryptography | undefined): Promise<Publisher> {
  const { privateKey, publicKey } = await generatePublisherKeys()
  const { identity, recipient } = await generateIdentity()
  return {
    async ship(model, settings) {
      const sink = memorySink()
      const options = { ...settings, publisher: privateKey, sink, ...(cryptography && { cryptography }) }
      const { contentKey } = await sealModel(model, options)
      const bytes = sink.bytes()
      const grant = await createGrant({ model: bytes, contentKey, signingKey: privateKey, recipient })
      return { bytes, identity, keys: { grant, identity, trust: [publicKey] } }
    },
  }
}
