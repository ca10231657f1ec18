import {
  bytesSource,
  type Cryptography,
  createGrant,
  generateIdentity,
  generatePublisherKeys,
  importFiles,
  type MemoryStore,
  memorySink,
  memoryStore,
  openSealedModel,
  type SealedModel,
  sealModel,
} from "@strongroom/core"
import { artifactsFor, heapPlaintext } from "@strongroom/core/host"
import { brotli } from "@strongroom/core/node"

/** Long enough for what happens only to long segments. */
const segmentSize = 65_536
const segments = 4

/** After so many, opening takes as long as it ever will, nearly. */
const rounds = 4

/**
 * Makes a sealed model in memory and opens it a few times, each time with an artifact as `sealed` keeps them, so that code is compiled, and tables and OpenSSL's algorithms
 * are there, when the first real one comes: that takes a tenth of the time then. Nothing is kept.
 *
 * @param isWanted is asked between the steps: a thread that has been given a model has better things to do.
 */
export async function rehearse(cryptography: Cryptography, isWanted: () => boolean): Promise<void> {
  const publisher = await generatePublisherKeys()
  const { identity, recipient } = await generateIdentity()
  const source = bytesSource(new Uint8Array(segments * segmentSize))
  const sink = memorySink()
  const options = { publisher: publisher.privateKey, sink, segmentSize, cryptography }
  const { contentKey } = await sealModel(importFiles([{ name: "rehearsal", source }]), options)
  const sealed = sink.bytes()
  if (!isWanted()) return
  const grant = await createGrant({
    model: sealed,
    contentKey,
    signingKey: publisher.privateKey,
    recipient,
    cryptography,
  })
  const place = { vault: true, cachePolicy: "sealed", backend: "rehearsal" } as const
  const store = memoryStore()
  for (let round = 0; round < rounds && isWanted(); round++) {
    const keys = { grant, identity, trust: [publisher.publicKey] }
    const model = await openSealedModel(bytesSource(sealed), keys, { cryptography, place })
    for (const part of model.parts) await part.bytes()
    await findArtifact(model, store)
    await model.close()
  }
}

/** Looks for an artifact, and keeps it where there is none yet. */
async function findArtifact({ header: model, artifactKeys: keys }: SealedModel, store: MemoryStore): Promise<void> {
  const fingerprint = { engine: "rehearsal", version: "1", device: "none", driver: "none" }
  const artifacts = artifactsFor("sealed", {
    ...{ store, model, keys, fingerprint, allocate: heapPlaintext, compression: brotli, directory: undefined },
  })
  const found = await artifacts.get("rehearsal")
  // Of zeros there is little left, so that it is decompressed, too.
  if (found === undefined) await artifacts.put("rehearsal", new Uint8Array(segmentSize))
  await artifacts.close()
}
