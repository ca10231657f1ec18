import {
  createGrant,
  generateIdentity,
  generatePublisherKeys,
  type ModelToSeal,
  memorySink,
  type Policy,
  sealModel,
} from "@strongroom/core"

/** Seals a model and grants it to a new identity, all in memory. */
export async function sealed(model: ModelToSeal, policy?: Policy) {
  const publisher = await generatePublisherKeys()
  const { identity, recipient } = await generateIdentity()
  const sink = memorySink()
  const settings = { publisher: publisher.privateKey, sink, ...(policy && { policy }) }
  const { contentKey } = await sealModel(model, settings)
  const bytes = sink.bytes()
  const grant = await createGrant({ model: bytes, contentKey, signingKey: publisher.privateKey, recipient })
  return { bytes, identity, keys: { grant, identity, trust: [publisher.publicKey] } }
}
