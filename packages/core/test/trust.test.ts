import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto"
import { describe, expect, it } from "vitest"
import { toHex } from "../src/bytes.js"
import { joinEnvelope, signedMessage, splitEnvelope } from "../src/format/envelope.js"
import { nodeCryptography } from "../src/node/cryptography.js"
import { createKeyring, readKeyring } from "../src/trust/keyring.js"
import { generatePublisherKeys, publicKeyOf, publisherId } from "../src/trust/keys.js"
import { decodePrivateKey, decodePublicKey } from "../src/trust/pem.js"
import { checkSigner, readTrust, signersOf, type Trust } from "../src/trust/trust.js"
import { bothCryptographies } from "./support/cryptography.js"
import { codeOf } from "./support/error-code.js"
import { publisher, stranger } from "./support/sealed.js"

const now = new Date("2030-01-01T00:00:00Z")
const expires = new Date("2031-01-01T00:00:00Z")

describe.each(bothCryptographies)("keys with $name", ({ cryptography }) => {
  it("are those that OpenSSL reads", async () => {
    const { privateKey, publicKey } = await generatePublisherKeys({ cryptography })
    expect(createPrivateKey(privateKey).asymmetricKeyType).toBe("ed25519")
    expect(createPublicKey(privateKey).export({ format: "pem", type: "spki" })).toBe(publicKey)
    expect(await publicKeyOf(privateKey, { cryptography })).toBe(publicKey)
  })
})

describe("PEM", () => {
  const pair = generateKeyPairSync("ed25519", {
    privateKeyEncoding: { format: "pem", type: "pkcs8" },
    publicKeyEncoding: { format: "pem", type: "spki" },
  })

  it("is read as OpenSSL writes it, with white space around and other line ends", async () => {
    expect(await publicKeyOf(pair.privateKey)).toBe(pair.publicKey)
    const raw = createPublicKey(pair.publicKey).export({ format: "der", type: "spki" }).subarray(-32)
    expect(publisherId(`\n${pair.publicKey.replaceAll("\n", "\r\n")}\n`)).toBe(toHex(raw))
  })

  const x25519 = generateKeyPairSync("x25519", {
    privateKeyEncoding: { format: "pem", type: "pkcs8" },
    publicKeyEncoding: { format: "pem", type: "spki" },
  })
  const [begin, base64, end] = pair.publicKey.split("\n") as [string, string, string]
  it.each([
    ["nothing", ""],
    ["no PEM", "ssh-ed25519 AAAA"],
    ["a private key", pair.privateKey],
    ["a key of another kind", x25519.publicKey],
    ["two keys", pair.publicKey + pair.publicKey],
    ["no end", `${begin}\n${base64}\n`],
    ["base64 cut short", `${begin}\n${base64.slice(4)}\n${end}`],
    ["base64 broken", `${begin}\n${base64.slice(1)}\n${end}`],
    ["another character", `${begin}\n*${base64.slice(1)}\n${end}`],
  ])("is refused: %s", async (_, pem) => {
    expect(await codeOf(() => decodePublicKey(pem))).toBe("key-invalid")
  })

  it("never shows a private key where a public one is wanted, or of another kind", () => {
    for (const pem of [pair.privateKey, x25519.privateKey]) {
      const secret = pem.split("\n")[1] as string
      expect(() => decodePublicKey(pem)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining(secret) }),
      )
    }
    expect(() => decodePrivateKey(x25519.privateKey)).toThrow("a key of another kind")
  })

  it("must be text", () => {
    expect(() => decodePublicKey(new Uint8Array(32) as unknown as string)).toThrow(TypeError)
  })
})

describe("readTrust", () => {
  it("refuses misuse", () => {
    expect(() => readTrust("key" as unknown as [])).toThrow(TypeError)
    const trust = { publisher: publisher.publicKey, keyring: "k1NS" as unknown as Uint8Array }
    expect(() => readTrust([trust])).toThrow(TypeError)
    for (const leastKeyringVersion of [0, 1.5, Number.NaN, "1"]) {
      const least = { publisher: publisher.publicKey, leastKeyringVersion: leastKeyringVersion as number }
      expect(() => readTrust([least]), `${leastKeyringVersion}`).toThrow(RangeError)
    }
  })
})

describe.each(bothCryptographies)("trust with $name", ({ cryptography }) => {
  const id = publisherId(publisher.publicKey)
  const find = async (trust: readonly (string | Trust)[], time = now) =>
    signersOf(id, readTrust(trust), time, cryptography)
  const keyring = (change: Partial<Parameters<typeof createKeyring>[0]> = {}) =>
    createKeyring({
      root: publisher.privateKey,
      version: 3,
      expires,
      modelKeys: [stranger.publicKey],
      grantKeys: [],
      cryptography,
      ...change,
    })
  const findWith = async (bytes: Uint8Array, time = now) =>
    find([{ publisher: publisher.publicKey, keyring: bytes }], time)

  it("is the root key alone without a keyring", async () => {
    const signers = await find([stranger.publicKey, publisher.publicKey])
    expect(signers).toEqual({ model: [id], grant: [id], revoked: [] })
    expect(await codeOf(() => checkSigner(signers, "model", publisherId(stranger.publicKey)))).toBe(
      "key-not-authorised",
    )
  })

  it("is missing, or another's", async () => {
    expect(await codeOf(() => find([]))).toBe("trust-missing")
    expect(await codeOf(() => find([stranger.publicKey]))).toBe("publisher-unknown")
  })

  it("is what a keyring says, and no more", async () => {
    const other = publisherId(stranger.publicKey)
    const signers = await findWith(await keyring())
    expect(signers).toEqual({ model: [other], grant: [], revoked: [] })
    expect(await codeOf(() => checkSigner(signers, "model", other))).toBe("success")
    expect(await codeOf(() => checkSigner(signers, "grant", other))).toBe("key-not-authorised")
    expect(await codeOf(() => checkSigner(signers, "model", id))).toBe("key-not-authorised")
    const revoking = await findWith(await keyring({ revoked: [stranger.publicKey] }))
    expect(await codeOf(() => checkSigner(revoking, "model", other))).toBe("key-revoked")
  })

  it("ends when the keyring expires", async () => {
    const bytes = await keyring()
    expect(await codeOf(() => findWith(bytes, new Date(expires.getTime() - 1)))).toBe("success")
    expect(await codeOf(() => findWith(bytes, expires))).toBe("keyring-expired")
  })

  it("refuses a keyring older than one that was seen", async () => {
    const bytes = await keyring()
    const least = (leastKeyringVersion: number) =>
      codeOf(() => find([{ publisher: publisher.publicKey, keyring: bytes, leastKeyringVersion }]))
    expect([await least(3), await least(4)]).toEqual(["success", "keyring-rollback"])
    const without = find([{ publisher: publisher.publicKey, leastKeyringVersion: 1 }])
    expect(await codeOf(() => without)).toBe("keyring-rollback")
  })

  it("refuses a keyring that the root didn't sign, or with anything added", async () => {
    const bytes = await keyring()
    const byStranger = await keyring({ root: stranger.privateKey })
    const flipped = bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte))
    for (const bad of [byStranger, flipped, Uint8Array.of(...bytes, 0), bytes.subarray(1), new Uint8Array(0)]) {
      expect(await codeOf(() => findWith(bad))).toBe("keyring-invalid")
    }
    const { document, attachment } = splitEnvelope(bytes) as NonNullable<ReturnType<typeof splitEnvelope>>
    const message = signedMessage("model", document, attachment)
    const signature = await nodeCryptography.sign(decodePrivateKey(publisher.privateKey), message)
    expect(await codeOf(() => findWith(joinEnvelope("keyring", { document, signature, attachment })))).toBe(
      "keyring-invalid",
    )
  })
})

describe("createKeyring", () => {
  const options = { root: publisher.privateKey, version: 1, expires, modelKeys: [], grantKeys: [] }

  it("writes what readKeyring reads", async () => {
    const bytes = await createKeyring({ ...options, version: 7, grantKeys: [stranger.publicKey] })
    expect(readKeyring(bytes)).toEqual({
      publisher: publisherId(publisher.publicKey),
      version: 7,
      expires,
      modelKeys: [],
      grantKeys: [publisherId(stranger.publicKey)],
      revoked: [],
    })
  })

  it("refuses misuse", async () => {
    for (const version of [0, 1.5, -1, 2 ** 53])
      await expect(createKeyring({ ...options, version })).rejects.toThrow(RangeError)
    const grantKeys = new Array(257).fill(stranger.publicKey)
    await expect(createKeyring({ ...options, grantKeys })).rejects.toThrow(RangeError)
    await expect(createKeyring({ ...options, grantKeys: grantKeys.slice(1) })).resolves.toBeInstanceOf(Uint8Array)
    await expect(createKeyring({ ...options, expires: new Date(Number.NaN) })).rejects.toThrow(RangeError)
    expect(await codeOf(() => createKeyring({ ...options, modelKeys: [publisher.privateKey] }))).toBe("key-invalid")
  })
})
