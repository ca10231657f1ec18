// Secrets in buffers are overwritten when they have served. Identities, passphrases and private keys in PEM are strings,
// which nobody can overwrite.
import * as age from "age-encryption"
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest"
import { openSealedModel } from "../src/format/open.js"
import { sealModel } from "../src/format/seal.js"
import { createGrant } from "../src/grant/create.js"
import { nodeCryptography } from "../src/node/cryptography.js"
import { bytesSource } from "../src/source/bytes.js"
import { memorySink } from "../src/source/memory-sink.js"
import { createKeyring } from "../src/trust/keyring.js"
import { bothCryptographies } from "./support/cryptography.js"
import { codeOf } from "./support/error-code.js"
import { modelOf, pattern, publisher, recipient, sealInMemory } from "./support/sealed.js"
import { spyingCryptography } from "./support/spying-cryptography.js"

const sealed = await sealInMemory(modelOf(pattern(9000)))
const other = await sealInMemory(modelOf(pattern(9000)), { policy: { vault: true } })

const isZero = (bytes: Uint8Array) => bytes.length > 0 && bytes.every((byte) => byte === 0)
/** One word a buffer, to compare with what is expected. */
const states = (buffers: readonly Uint8Array[]) => buffers.map((bytes) => (isZero(bytes) ? "zero" : "left"))

/** For the very buffers that age gives and is given. */
let decrypt: MockInstance<age.Decrypter["decrypt"]>
let encrypt: MockInstance<age.Encrypter["encrypt"]>
beforeEach(() => {
  decrypt = vi.spyOn(age.Decrypter.prototype, "decrypt")
  encrypt = vi.spyOn(age.Encrypter.prototype, "encrypt")
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe.each(bothCryptographies)("with $name", ({ cryptography: inner }) => {
  it("opening leaves no content key, no derived key, no age plaintext and no manifest", async () => {
    const { cryptography, seen } = spyingCryptography(inner)
    const model = await openSealedModel(bytesSource(sealed.bytes), sealed.keys, { cryptography })
    expect(states(seen.hkdfSecrets)).toEqual(["zero", "zero"])
    expect(states(seen.aesKeys)).toEqual(inner.deriveAesGcm ? [] : ["zero"])
    // The content key and the recipient secret.
    const plaintexts = await Promise.all(decrypt.mock.results.map(({ value }) => value as Promise<Uint8Array>))
    expect(plaintexts.map(({ length }) => length)).toEqual([104])
    expect(states(plaintexts)).toEqual(["zero"])
    expect(states(seen.decrypted)).toEqual(["zero"])
    await model.close()
  })

  it("closing a model closes its cipher, once the model is closed and not before", async () => {
    const { cryptography, seen } = spyingCryptography(inner)
    const model = await openSealedModel(bytesSource(sealed.bytes), sealed.keys, { cryptography })
    expect(seen.ciphers).toEqual({ made: 1, closed: 0 })
    await model.close()
    expect(seen.ciphers).toEqual({ made: 1, closed: 1 })
  })

  it.each([
    ["another model's content key", () => mixedKeys(), "commitment-mismatch", 0],
    ["a policy that refuses this place", async () => other, "policy-vault", 1],
  ] as const)("refusing leaves none either: %s", async (_what, make, code, ciphers) => {
    const { cryptography, seen } = spyingCryptography(inner)
    const { bytes, keys } = await make()
    expect(await codeOf(() => openSealedModel(bytesSource(bytes), keys, { cryptography }))).toBe(code)
    expect(seen.hkdfSecrets.length).toBe(1 + ciphers)
    expect(states(seen.hkdfSecrets)).not.toContain("left")
    expect(states(seen.aesKeys)).not.toContain("left")
    expect(seen.ciphers).toEqual({ made: ciphers, closed: ciphers })
  })

  it("sealing leaves no payload key and no signing key; the content key is the caller's", async () => {
    const { cryptography, seen } = spyingCryptography(inner)
    const { contentKey } = await sealInMemory(modelOf(pattern(5000)), { cryptography })
    expect(isZero(contentKey)).toBe(false)
    expect(states(seen.aesKeys)).toEqual(inner.deriveAesGcm ? [] : ["zero"])
    expect(seen.ciphers).toEqual({ made: 1, closed: 1 })
    expect(seen.privateKeys.length).toBeGreaterThan(1)
    expect(states(seen.privateKeys)).not.toContain("left")
  })

  it("a seal that fails leaves no content key", async () => {
    const { cryptography, seen } = spyingCryptography(inner)
    const reason = new Error("enough")
    const failing = { ...memorySink(), write: () => Promise.reject(reason) }
    const options = { publisher: publisher.privateKey, sink: failing, segmentSize: 4096, cryptography }
    await expect(sealModel(modelOf(pattern(5000)), options)).rejects.toBe(reason)
    expect(seen.hkdfSecrets.length).toBe(2)
    expect(states(seen.hkdfSecrets)).toEqual(["zero", "zero"])
    expect(states(seen.aesKeys)).toEqual(inner.deriveAesGcm ? [] : ["zero"])
    expect(seen.ciphers).toEqual({ made: 1, closed: 1 })
  })

  it("granting leaves no recipient secret, no age plaintext and no signing key", async () => {
    const { cryptography, seen } = spyingCryptography(inner)
    const { bytes: model, contentKey } = sealed
    const options = { model, contentKey, signingKey: publisher.privateKey, recipient: recipient.recipient }
    await createGrant({ ...options, cryptography })
    expect(seen.random.map(({ length }) => length)).toEqual([32])
    expect(states(seen.random)).toEqual(["zero"])
    const given = encrypt.mock.calls.map(([plaintext]) => plaintext as unknown as Uint8Array)
    expect(given.map(({ length }) => length)).toEqual([104])
    expect(states(given)).toEqual(["zero"])
    expect(states(seen.privateKeys)).not.toContain("left")
    expect(isZero(contentKey)).toBe(false)
  })

  it("signing a keyring leaves no root key", async () => {
    const { cryptography, seen } = spyingCryptography(inner)
    const { privateKey: root, publicKey } = publisher
    const expires = new Date("2040-01-01")
    await createKeyring({ root, version: 1, expires, modelKeys: [publicKey], grantKeys: [], cryptography })
    expect(seen.privateKeys.length).toBeGreaterThan(0)
    expect(states(seen.privateKeys)).not.toContain("left")
  })
})

it("closing node:crypto's cipher overwrites its copy of the key", async () => {
  const key = pattern(32)
  const from = vi.spyOn(Uint8Array, "from")
  const cipher = await nodeCryptography.aesGcm(key)
  const [copy] = from.mock.results.map(({ value }) => value as Uint8Array)
  expect(copy && Buffer.compare(copy, key) === 0 && copy.buffer !== key.buffer).toBe(true)
  cipher.close()
  expect(copy && isZero(copy)).toBe(true)
  // The key that was given stays its owner's.
  expect(isZero(key)).toBe(false)
})

/** A model, and a grant for it that carries another content key: the publisher's own mistake, or fraud. */
async function mixedKeys() {
  const { bytes, keys } = sealed
  // Granting derives one thing, the commitment: the right answer lets the wrong key pass.
  await using model = await openSealedModel(bytesSource(bytes), keys)
  const lying = { ...nodeCryptography, hkdf: async () => Uint8Array.from(Buffer.from(model.header.commitment, "hex")) }
  const options = { signingKey: publisher.privateKey, recipient: recipient.recipient, cryptography: lying }
  const grant = await createGrant({ ...options, model: bytes, contentKey: other.contentKey })
  return { bytes, keys: { ...keys, grant } }
}
