import { describe, expect, it } from "vitest"
import { concat, toHex, u32 } from "../src/bytes.js"
import { openSealedModel } from "../src/format/open.js"
import { createGrant, type GrantOptions } from "../src/grant/create.js"
import { readGrant } from "../src/grant/grant.js"
import type { Terms } from "../src/grant/terms.js"
import { bytesSource } from "../src/source/bytes.js"
import { createKeyring } from "../src/trust/keyring.js"
import { publisherId } from "../src/trust/keys.js"
import { bothCryptographies } from "./support/cryptography.js"
import { codeOf } from "./support/error-code.js"
import { modelOf, pattern, publisher, recipient, sealInMemory, stranger } from "./support/sealed.js"

const { bytes, contentKey, keys } = await sealInMemory(modelOf(pattern(100)), { release: 4 })
const other = await sealInMemory(modelOf(pattern(100)))
const options: GrantOptions = {
  model: bytes,
  contentKey,
  signingKey: publisher.privateKey,
  recipient: recipient.recipient,
}
const now = new Date("2030-01-01T00:00:00Z")
const second = 1000

const openWith = (grant: Uint8Array, change: object = {}) =>
  codeOf(async () => (await openSealedModel(bytesSource(bytes), { ...keys, grant, now, ...change })).close())

describe.each(bothCryptographies)("a grant with $name", ({ cryptography }) => {
  it("says what it was made with", async () => {
    const terms: Terms = {
      notBefore: now,
      notAfter: new Date(now.getTime() + 5 * second),
      features: ["a", "b"],
      serial: "42",
      leastRelease: 4,
      evidence: "none",
    }
    const grant = await createGrant({ ...options, terms, cryptography })
    const read = readGrant(grant)
    expect(read).toMatchObject({ terms, publisher: publisherId(publisher.publicKey) })
    expect(read.signer).toBe(read.publisher)
    const model = await openSealedModel(bytesSource(bytes), { ...keys, grant, now }, { cryptography })
    expect(model.terms).toEqual(terms)
    await model.close()
  })

  it("opens with a passphrase", async () => {
    const grant = await createGrant({ ...options, recipient: { passphrase: "secret", workFactor: 2 }, cryptography })
    expect(await openWith(grant, { identity: { passphrase: "secret" } })).toBe("success")
    expect(await openWith(grant, { identity: { passphrase: "Secret" } })).toBe("passphrase-wrong")
    expect(await openWith(grant)).toBe("identity-mismatch")
  })

  it("may be a Buffer, as fs gives", async () => {
    const grant = Buffer.from(await createGrant({ ...options, model: Buffer.from(bytes), cryptography }))
    expect(await openWith(grant)).toBe("success")
  })

  it("is made from the beginning of a file, or a source", async () => {
    const beginning = bytes.subarray(0, 1000)
    expect(await openWith(await createGrant({ ...options, model: beginning, cryptography }))).toBe("success")
    expect(await openWith(await createGrant({ ...options, model: bytesSource(bytes), cryptography }))).toBe("success")
  })
})

describe("terms", () => {
  const at = (offset: number) => ({ now: new Date(now.getTime() + offset) })

  it("hold from notBefore until notAfter", async () => {
    const notAfter = new Date(now.getTime() + second)
    const grant = await createGrant({ ...options, terms: { notBefore: now, notAfter } })
    expect(await openWith(grant, at(-1))).toBe("grant-not-yet-valid")
    expect(await openWith(grant, at(0))).toBe("success")
    expect(await openWith(grant, at(second - 1))).toBe("success")
    expect(await openWith(grant, at(second))).toBe("grant-expired")
  })

  it.each([
    [3, "success"],
    [4, "success"],
    [5, "grant-release"],
  ])("of release %i: %s", async (leastRelease, code) => {
    expect(await openWith(await createGrant({ ...options, terms: { leastRelease } }))).toBe(code)
  })

  it("demand no evidence but none", async () => {
    expect(await openWith(await createGrant({ ...options, terms: { evidence: "tpm" } }))).toBe("grant-evidence")
  })

  it("out of limits aren't written", async () => {
    const texts = (count: number) => new Array<string>(count).fill("a")
    for (const terms of [{ serial: "" }, { serial: "é".repeat(129) }, { features: [""] }, { features: texts(257) }]) {
      expect(await codeOf(() => createGrant({ ...options, terms })), JSON.stringify(terms)).toBe("grant-invalid")
    }
    for (const terms of [{ serial: "é".repeat(128) }, { features: texts(256) }, { features: ["é".repeat(128)] }]) {
      expect(await codeOf(() => createGrant({ ...options, terms }))).toBe("success")
    }
    for (const leastRelease of [-1, 1.5]) {
      expect(await codeOf(() => createGrant({ ...options, terms: { leastRelease } }))).toBe("grant-invalid")
    }
    await expect(createGrant({ ...options, terms: { notAfter: new Date(Number.NaN) } })).rejects.toThrow(RangeError)
  })
})

describe("createGrant refuses", () => {
  it("another model's content key", async () => {
    expect(await codeOf(() => createGrant({ ...options, contentKey: other.contentKey }))).toBe("commitment-mismatch")
  })

  it("a header that was changed", async () => {
    const release = bytes.indexOf(0x34, Buffer.from(bytes).indexOf('"release":')) // its digit 4
    const changed = bytes.map((byte, i) => (i === release ? 0x39 : byte))
    expect(await codeOf(() => createGrant({ ...options, model: changed }))).toBe("signature-invalid")
  })

  it("what isn't a sealed model", async () => {
    expect(await codeOf(() => createGrant({ ...options, model: keys.grant }))).toBe("not-sealed-model")
    expect(await codeOf(() => createGrant({ ...options, model: bytes.subarray(0, 11) }))).toBe("truncated")
  })

  it("misuse", async () => {
    await expect(createGrant({ ...options, contentKey: contentKey.subarray(1) })).rejects.toThrow(TypeError)
    await expect(createGrant({ ...options, contentKey: toHex(contentKey) as unknown as Uint8Array })).rejects.toThrow(
      TypeError,
    )
    expect(await codeOf(() => createGrant({ ...options, signingKey: publisher.publicKey }))).toBe("key-invalid")
  })
})

describe("opening refuses", () => {
  it("another model's grant, and anything that isn't a grant", async () => {
    expect(await openWith(other.keys.grant)).toBe("grant-other-model")
    expect(await openWith(bytes)).toBe("not-a-grant")
    expect(await openWith(new Uint8Array(0))).toBe("not-a-grant")
  })

  it("a grant that a stranger signed", async () => {
    expect(await openWith(await createGrant({ ...options, signingKey: stranger.privateKey }))).toBe(
      "key-not-authorised",
    )
  })

  it("a grant by a key that may only sign models, and one by the root that the keyring leaves out", async () => {
    const grant = await createGrant({ ...options, signingKey: stranger.privateKey })
    const keyring = (modelKeys: string[], grantKeys: string[]) =>
      createKeyring({ root: publisher.privateKey, version: 1, expires: new Date("2040-01-01"), modelKeys, grantKeys })
    const trust = async (modelKeys: string[], grantKeys: string[]) => [
      { publisher: publisher.publicKey, keyring: await keyring(modelKeys, grantKeys) },
    ]
    const [root, service] = [publisher.publicKey, stranger.publicKey]
    expect(await openWith(grant, { trust: await trust([root], [service]) })).toBe("success")
    expect(await openWith(grant, { trust: await trust([root, service], []) })).toBe("key-not-authorised")
    expect(await openWith(keys.grant, { trust: await trust([root], [service]) })).toBe("key-not-authorised")
  })

  it("any byte changed, wherever it is", async () => {
    for (let i = 0; i < keys.grant.length; i++) {
      const changed = keys.grant.map((byte, at) => (at === i ? byte ^ 0x20 : byte))
      expect(await openWith(changed), `${i}`).not.toBe("success")
    }
  })

  it("any length but the right one", async () => {
    for (let length = 0; length < keys.grant.length; length++) {
      const code = await openWith(keys.grant.subarray(0, length))
      expect(["not-a-grant", "grant-invalid", "signature-invalid"], `${length}`).toContain(code)
    }
    expect(await openWith(concat(keys.grant, Uint8Array.of(0)))).toBe("signature-invalid")
  })

  it("a length of document out of limits", async () => {
    for (const length of [0, 1, 65_537, 2 ** 32 - 1]) {
      const changed = concat(keys.grant.subarray(0, 8), u32(length), keys.grant.subarray(12))
      expect(await openWith(changed), `${length}`).toBe("grant-invalid")
    }
  })
})
