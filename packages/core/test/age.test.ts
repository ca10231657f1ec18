import * as age from "age-encryption"
import { describe, expect, it } from "vitest"
import { utf8 } from "../src/bytes.js"
import { generateIdentity, readIdentity, recipientOf, unwrap, wrap } from "../src/grant/age.js"
import { lockIdentity, unlockIdentity } from "../src/grant/locked-identity.js"
import type { AgeStanza } from "../src/identity.js"
import { codeOf } from "./support/error-code.js"

const alice = await generateIdentity()
const bob = await generateIdentity()
const plaintext = utf8("plaintext")
const forAlice = await wrap(plaintext, alice.recipient)
const passphrase = { passphrase: "correct horse", workFactor: 1 }
const forPassphrase = await wrap(plaintext, passphrase)

const open = (file: Uint8Array, identity: Parameters<typeof readIdentity>[0]) =>
  unwrap(file, readIdentity(identity), {}).then(({ bytes }) => bytes)

describe("identities", () => {
  const file = `# created: 2030-01-01T00:00:00Z\r\n# public key: ${alice.recipient}\r\n\r\n${alice.identity}\r\n`

  it("are read from a text, a file, several", async () => {
    for (const identity of [alice.identity, file, [bob.identity, file], `${bob.identity}\n${alice.identity}`]) {
      expect(await open(forAlice, identity)).toEqual(plaintext)
    }
    expect(await recipientOf(file)).toBe(alice.recipient)
  })

  it.each([
    "",
    "# a comment",
    "AGE-SECRET-KEY-1",
    alice.recipient,
    `${alice.identity}Q`,
    `${alice.identity}\nx`,
    "age",
  ])("are refused: %j", async (text) => {
    expect(await codeOf(() => readIdentity(text))).toBe("identity-invalid")
    expect(await codeOf(() => readIdentity([alice.identity, text]))).toBe("identity-invalid")
  })

  it("are refused by recipientOf", async () => {
    expect(await codeOf(() => recipientOf("AGE-SECRET-KEY-1QQQ"))).toBe("identity-invalid")
    expect(await codeOf(() => recipientOf("#"))).toBe("identity-invalid")
  })

  it("never appear in a message", () => {
    const broken = `${alice.identity}Q`
    expect(() => readIdentity(broken)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(alice.identity) }),
    )
  })

  it("are texts or a passphrase", () => {
    for (const identity of [undefined, null, 1, [], [1], { passphrase: "" }, { passphrase: 1 }]) {
      expect(() => readIdentity(identity as unknown as string), JSON.stringify(identity)).toThrow(TypeError)
    }
  })
})

describe("a key that unwraps", () => {
  /** What age's own identity gives, as an object of the caller's. */
  async function keyOf(identity: string) {
    let fileKey = new Uint8Array()
    const decrypter = new age.Decrypter()
    decrypter.addIdentity(identity)
    const header = new TextDecoder("latin1").decode(forAlice).split("\n").slice(0, 4).join("\n")
    fileKey = Uint8Array.from(await decrypter.decryptHeader(new TextEncoder().encode(`${header}\n`)))
    const given: Uint8Array[] = []
    const unwrapFileKey = (stanzas: readonly { readonly args: readonly string[] }[]) => {
      if (stanzas[0]?.args[0] !== "X25519") return null
      given.push(fileKey.slice())
      return given.at(-1) ?? null
    }
    return { key: { unwrapFileKey }, given }
  }

  it("opens the file, by itself and among texts; one that has nothing for it doesn't", async () => {
    const { key } = await keyOf(alice.identity)
    const none = { unwrapFileKey: () => null }
    for (const identity of [key, [key], [bob.identity, none, key]]) {
      expect(await open(forAlice, identity)).toEqual(plaintext)
    }
    expect(await codeOf(() => open(forAlice, [none, bob.identity]))).toBe("identity-mismatch")
    expect(await codeOf(() => open(forPassphrase, key))).toBe("identity-mismatch")
  })

  it("leaves the rest to the cryptography, where that has a way, and its bytes are overwritten", async () => {
    const { key, given } = await keyOf(alice.identity)
    const seen: unknown[] = []
    const closed = { bytes: utf8("from elsewhere"), close: () => void seen.push("closed") }
    const openAge = async (fileKey: Uint8Array, file: { readonly payload: Uint8Array; readonly nonce: Uint8Array }) => {
      seen.push(
        fileKey.some((byte) => byte !== 0),
        file.nonce.length,
        file.payload.length,
      )
      return closed
    }
    const opened = await unwrap(forAlice, readIdentity(key), { openAge })
    expect(opened).toBe(closed)
    expect(seen).toEqual([true, 16, plaintext.length + 16])
    expect(given.map((bytes) => bytes.every((byte) => byte === 0))).toEqual([true])
    const nothing = () => unwrap(forAlice, readIdentity(key), { openAge: async () => undefined })
    expect(await codeOf(nothing)).toBe("grant-invalid")
  })

  it.each([new Uint8Array(15), "0123456789abcdef", undefined])(
    "that gives no file key is refused: %j",
    async (wrong) => {
      const key = { unwrapFileKey: () => wrong as unknown as Uint8Array }
      expect(await codeOf(() => open(forAlice, key))).toBe("identity-invalid")
    },
  )
})

describe("a private key of WebCrypto", () => {
  const generate = (extractable: boolean) =>
    crypto.subtle.generateKey({ name: "X25519" }, extractable, ["deriveBits"]) as Promise<CryptoKeyPair>

  it("opens what is for it, and needn't be extractable", async () => {
    const { privateKey } = await generate(false)
    const file = await wrap(plaintext, await recipientOf(privateKey))
    expect(await open(file, privateKey)).toEqual(plaintext)
    expect(await open(file, [bob.identity, privateKey])).toEqual(plaintext)
    expect(await codeOf(() => open(forAlice, privateKey))).toBe("identity-mismatch")
  })

  it("is refused when it is for something else", async () => {
    const { publicKey } = await generate(false)
    const usage: KeyUsage[] = ["deriveBits"]
    const curve = { name: "ECDH", namedCurve: "P-256" }
    const other = (await crypto.subtle.generateKey(curve, false, usage)) as CryptoKeyPair
    for (const key of [publicKey, other.privateKey]) {
      expect(await codeOf(() => readIdentity(key))).toBe("identity-invalid")
      expect(await codeOf(() => recipientOf(key))).toBe("identity-invalid")
    }
  })
})

describe("a locked identity", () => {
  it.each([
    ["passphrase", passphrase, passphrase],
    ["identity", bob.recipient, bob.identity],
  ])("is opened by its %s, as a key that doesn't come out", async (_what, recipient, by) => {
    const locked = await lockIdentity(`# for me\n${alice.identity}\n`, recipient)
    const key = await unlockIdentity(locked, by)
    expect(key.extractable).toBe(false)
    expect(await recipientOf(key)).toBe(alice.recipient)
    expect(await open(forAlice, key)).toEqual(plaintext)
  })

  it("says which fault it is", async () => {
    const locked = await lockIdentity(alice.identity, passphrase)
    expect(await codeOf(() => unlockIdentity(locked, { passphrase: "wrong" }))).toBe("passphrase-wrong")
    expect(await codeOf(() => unlockIdentity(locked, bob.identity))).toBe("identity-mismatch")
    expect(await codeOf(() => unlockIdentity(locked.subarray(0, 40), passphrase))).toBe("identity-invalid")
    expect(await codeOf(() => lockIdentity("nothing", passphrase))).toBe("identity-invalid")
    expect(await codeOf(() => lockIdentity(alice.identity, "age1"))).toBe("recipient-invalid")
  })

  it.each(["", alice.recipient, `${alice.identity}\n${bob.identity}`, "AGE-SECRET-KEY-PQ-1QQ"])(
    "holds one X25519 identity, and not %j",
    async (text) => {
      const locked = await wrap(utf8(text), passphrase)
      expect(await codeOf(() => unlockIdentity(locked, passphrase))).toBe("identity-invalid")
    },
  )
})

describe("recipients", () => {
  it("can be what wraps file keys itself", async () => {
    const mask = 0x5a
    const key = {
      wrapFileKey: (fileKey: Uint8Array) => [{ args: ["mask"], body: fileKey.map((byte) => byte ^ mask) }],
      unwrapFileKey: (stanzas: readonly AgeStanza[]) =>
        stanzas.find(({ args }) => args[0] === "mask")?.body.map((byte) => byte ^ mask) ?? null,
    }
    expect(await open(await wrap(plaintext, key), key)).toEqual(plaintext)
    const both = await wrap(plaintext, [alice.recipient, key])
    for (const identity of [alice.identity, key]) expect(await open(both, identity)).toEqual(plaintext)
    expect(await codeOf(() => open(forAlice, key))).toBe("identity-mismatch")
  })

  it("can be several, each of whom opens the file", async () => {
    const file = await wrap(plaintext, [alice.recipient, ` ${bob.recipient}\n`])
    for (const { identity } of [alice, bob]) expect(await open(file, identity)).toEqual(plaintext)
  })

  it.each(["", "age1", alice.identity, `${alice.recipient}q`, "ssh-ed25519 AAAA"])("are refused: %j", async (text) => {
    expect(await codeOf(() => wrap(plaintext, text))).toBe("recipient-invalid")
    expect(await codeOf(() => wrap(plaintext, [alice.recipient, text]))).toBe("recipient-invalid")
  })

  it("are texts or a passphrase", async () => {
    for (const recipient of [undefined, null, 1, [], [1], { passphrase: "" }]) {
      await expect(wrap(plaintext, recipient as unknown as string), JSON.stringify(recipient)).rejects.toThrow(
        TypeError,
      )
    }
    for (const workFactor of [0, 21, 1.5]) {
      await expect(wrap(plaintext, { passphrase: "p", workFactor })).rejects.toThrow(RangeError)
    }
  })
})

describe("age files", () => {
  it("open with the passphrase, and are plain age", async () => {
    expect(await open(forPassphrase, passphrase)).toEqual(plaintext)
    const decrypter = new age.Decrypter()
    decrypter.addIdentity(alice.identity)
    expect(await decrypter.decrypt(forAlice)).toEqual(plaintext)
  })

  it("say which fault it is", async () => {
    expect(await codeOf(() => open(forAlice, bob.identity))).toBe("identity-mismatch")
    expect(await codeOf(() => open(forAlice, passphrase))).toBe("identity-mismatch")
    expect(await codeOf(() => open(forPassphrase, alice.identity))).toBe("identity-mismatch")
    expect(await codeOf(() => open(forPassphrase, { passphrase: "wrong" }))).toBe("passphrase-wrong")
  })

  it("are damaged: cut short at any place", async () => {
    for (let length = 0; length < forAlice.length; length++) {
      expect(await codeOf(() => open(forAlice.subarray(0, length), alice.identity)), `${length}`).toBe("grant-invalid")
    }
  })

  it("are damaged, or for somebody else, with any byte changed", async () => {
    for (let i = 0; i < forAlice.length; i++) {
      const changed = forAlice.map((byte, at) => (at === i ? byte ^ 1 : byte))
      expect(["grant-invalid", "identity-mismatch"], `${i}`).toContain(
        await codeOf(() => open(changed, alice.identity)),
      )
    }
  })
})
