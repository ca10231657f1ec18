import {
  createGrant,
  generateIdentity,
  generatePublisherKeys,
  type Keys,
  type ModelToSeal,
  memorySink,
  sealModel,
} from "@strongroom/core"
import { nodeCryptography } from "@strongroom/core/node"

/** A sealed model and what opens it. */
export interface ShippedModel {
  readonly bytes: Uint8Array
  readonly keys: Keys
}

/** Somebody who seals models for somebody, with keys made for one run of the suite. */
export interface Publisher {
  ship(model: ModelToSeal): Promise<ShippedModel>
}

export async function createPublisher(): Promise<Publisher> {
  const { privateKey, publicKey } = await generatePublisherKeys()
  const { identity, recipient } = await generateIdentity()
  return {
    async ship(model) {
      const sink = memorySink()
      const { contentKey } = await sealModel(model, { publisher: privateKey, sink, cryptography: nodeCryptography })
      const bytes = sink.bytes()
      const grant = await createGrant({ model: bytes, contentKey, signingKey: privateKey, recipient })
      return { bytes, keys: { grant, identity, trust: [publicKey] } }
    },
  }
}
