import { createHash, generateKeyPairSync } from "node:crypto"
import { ed25519 } from "@noble/curves/ed25519.js"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { concat, fromHex, toHex, utf8 } from "../src/bytes.js"
import { portableCryptography } from "../src/crypto/portable.js"
import { isSoundKey } from "../src/crypto/sound-key.js"
import { nodeCryptography } from "../src/node/cryptography.js"
import { bothCryptographies } from "./support/cryptography.js"

const hex = (text: string) => fromHex(text.replaceAll(" ", "")) as Uint8Array
const p = 2n ** 255n - 19n
const order = ed25519.Point.Fn.ORDER

/** 32 bytes, little-endian; the top bit is the sign of a point's x. */
function encode(value: bigint, negative = false): Uint8Array {
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn))
  if (negative) bytes[31] = (bytes[31] as number) | 0x80
  return bytes
}

function decode(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
}

/** All eight, made from one of order 8, and the two with a sign where x is 0. */
const generator = ed25519.Point.fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
const multiples = Array.from({ length: 8 }, (_, i) => generator.multiplyUnsafe(BigInt(i)).toBytes())
const smallOrderKeys = [...multiples, encode(1n, true), encode(p - 1n, true)]

it("has eight different points of small order to try", () => {
  expect(new Set(multiples.map(toHex)).size).toBe(8)
})

describe.each(bothCryptographies)("with $name", ({ cryptography }) => {
  it("gives as many random bytes as asked for, and others each time", () => {
    expect(cryptography.randomBytes(33).length).toBe(33)
    expect(toHex(cryptography.randomBytes(16))).not.toBe(toHex(cryptography.randomBytes(16)))
  })

  it("hashes a concatenation (FIPS 180-4)", async () => {
    const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    expect(toHex(await cryptography.sha256(utf8("a"), utf8(""), utf8("bc")))).toBe(abc)
    expect(toHex(await cryptography.sha256())).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  })

  it("derives (RFC 5869, A.1 and A.3)", async () => {
    const secret = new Uint8Array(22).fill(0x0b)
    const first = await cryptography.hkdf(secret, hex("000102030405060708090a0b0c"), hex("f0f1f2f3f4f5f6f7f8f9"), 42)
    expect(toHex(first)).toBe("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
    const third = await cryptography.hkdf(secret, new Uint8Array(0), new Uint8Array(0), 42)
    expect(toHex(third)).toBe("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")
  })

  it("derives a cipher as HKDF and AES-GCM would in turn", async () => {
    const [secret, salt, info] = [utf8("secret"), utf8("salt"), utf8("info")]
    const derived = await cryptography.deriveAesGcm?.(secret, salt, info)
    const inTurn = await cryptography.aesGcm(await cryptography.hkdf(secret, salt, info, 32))
    const bytes = utf8("plaintext")
    const tag = await inTurn.seal(new Uint8Array(12), bytes)
    expect(derived === undefined || (await derived.open(new Uint8Array(12), bytes, tag))).toBe(true)
    expect(derived === undefined || toHex(bytes) === toHex(utf8("plaintext"))).toBe(true)
  })

  it("encrypts in place (McGrew and Viega, The Galois/Counter Mode of Operation, test case 14)", async () => {
    const cipher = await cryptography.aesGcm(new Uint8Array(32))
    const bytes = new Uint8Array(16)
    const tag = await cipher.seal(new Uint8Array(12), bytes)
    expect(toHex(bytes)).toBe("cea7403d4d606b6e074ec5d3baf39d18")
    expect(toHex(tag)).toBe("d0d1c8a799996bf0265b98b5d48ab919")
    expect(await cipher.open(new Uint8Array(12), bytes, tag)).toBe(true)
    expect(bytes).toEqual(new Uint8Array(16))
  })

  it.each([0, 1, 65_535, 65_536, 65_537, 200_000])("opens %i bytes that it sealed, in a view", async (length) => {
    const cipher = await cryptography.aesGcm(cryptography.randomBytes(32))
    const nonce = cryptography.randomBytes(12)
    const memory = new Uint8Array(length + 10).fill(7)
    const bytes = memory.subarray(5, 5 + length)
    const tag = await cipher.seal(nonce, bytes)
    expect(await cipher.open(nonce, bytes, tag)).toBe(true)
    expect(memory.every((byte) => byte === 7)).toBe(true)
  })

  it("leaves zeros when the tag, the nonce or the bytes are others", async () => {
    const cipher = await cryptography.aesGcm(cryptography.randomBytes(32))
    const nonce = new Uint8Array(12)
    const sealed = new Uint8Array(100_000).fill(1)
    const tag = await cipher.seal(nonce, sealed)
    const attempts = [
      { nonce, bytes: sealed.slice(), tag: tag.map((byte) => byte ^ 1) },
      { nonce: new Uint8Array(12).fill(1), bytes: sealed.slice(), tag },
      { nonce, bytes: sealed.map((byte, i) => (i === 99_999 ? byte ^ 0x80 : byte)), tag },
    ]
    for (const attempt of attempts) {
      expect(await cipher.open(attempt.nonce, attempt.bytes, attempt.tag)).toBe(false)
      expect(attempt.bytes.every((byte) => byte === 0)).toBe(true)
    }
  })

  it("isn't to be used once it is closed", async () => {
    const cipher = await cryptography.aesGcm(new Uint8Array(32))
    cipher.close()
    cipher.close()
    await expect(cipher.seal(new Uint8Array(12), new Uint8Array(1))).rejects.toThrow(TypeError)
    const bytes = Uint8Array.of(1)
    await expect(cipher.open(new Uint8Array(12), bytes, new Uint8Array(16))).rejects.toThrow(TypeError)
  })

  it("gives arrays that aren't Buffers, whose slices are views", async () => {
    const seed = cryptography.randomBytes(32)
    const cipher = await cryptography.aesGcm(seed)
    const given = [
      seed,
      await cryptography.sha256(seed),
      await cryptography.hkdf(seed, seed, seed, 32),
      await cipher.seal(new Uint8Array(12), new Uint8Array(1)),
      await cryptography.publicKey(seed),
      await cryptography.sign(seed, seed),
    ]
    expect(given.every((bytes) => Object.getPrototypeOf(bytes) === Uint8Array.prototype)).toBe(true)
  })

  it("keeps no hold on the key that it was given", async () => {
    const key = cryptography.randomBytes(32)
    const cipher = await cryptography.aesGcm(key)
    const [first, second] = [new Uint8Array(9), new Uint8Array(9)]
    await cipher.seal(new Uint8Array(12), first)
    key.fill(0)
    await cipher.seal(new Uint8Array(12), second)
    expect(second).toEqual(first)
  })

  it("signs (RFC 8032, 7.1, test 3)", async () => {
    const seed = hex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")
    const publicKey = hex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025")
    const signature =
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    expect(await cryptography.publicKey(seed)).toEqual(publicKey)
    expect(toHex(await cryptography.sign(seed, hex("af82")))).toBe(signature)
    expect(await cryptography.verify(publicKey, hex(signature), hex("af82"))).toBe(true)
    expect(await cryptography.verify(publicKey, hex(signature), hex("af83"))).toBe(false)
  })

  it("is false for what isn't a key or a signature", async () => {
    const seed = cryptography.randomBytes(32)
    const publicKey = await cryptography.publicKey(seed)
    const signature = await cryptography.sign(seed, utf8("m"))
    const [none, notOnCurve] = [new Uint8Array(0), encode(2n)]
    expect(await cryptography.verify(none, signature, utf8("m"))).toBe(false)
    expect(await cryptography.verify(concat(publicKey, none.slice(), Uint8Array.of(0)), signature, utf8("m"))).toBe(
      false,
    )
    expect(await cryptography.verify(notOnCurve, signature, utf8("m"))).toBe(false)
    expect(await cryptography.verify(publicKey, signature.subarray(1), utf8("m"))).toBe(false)
    expect(await cryptography.verify(publicKey, concat(signature, Uint8Array.of(0)), utf8("m"))).toBe(false)
  })

  it("refuses S that isn't below the group order", async () => {
    const seed = cryptography.randomBytes(32)
    const publicKey = await cryptography.publicKey(seed)
    const signature = await cryptography.sign(seed, utf8("m"))
    const s = decode(signature.subarray(32))
    const larger = concat(signature.subarray(0, 32), encode(s + order))
    expect(await cryptography.verify(publicKey, larger, utf8("m"))).toBe(false)
    expect(await cryptography.verify(publicKey, concat(signature.subarray(0, 32), encode(order)), utf8("m"))).toBe(
      false,
    )
  })

  // y = 1 is the point 0: with R = 0 and S = k a, S B = R + k A holds, however R is encoded.
  it.each([
    { name: "y = 1", r: encode(1n), valid: true },
    { name: "y = 1 with a sign", r: encode(1n, true), valid: false },
    { name: "y = p + 1", r: encode(p + 1n), valid: false },
    { name: "y = p + 1 with a sign", r: encode(p + 1n, true), valid: false },
  ])("says $valid to an R of $name", async ({ r, valid }) => {
    const { publicKey, signature } = forge(cryptography.randomBytes(32), r, 0n)
    expect(await cryptography.verify(publicKey, signature, utf8("m"))).toBe(valid)
  })

  it("refuses a signature that is valid only when multiplied by the cofactor", async () => {
    const torsion = ed25519.Point.fromBytes(encode(p - 1n)) // of order 2
    const r = ed25519.Point.BASE.multiply(5n).add(torsion).toBytes()
    const { publicKey, signature } = forge(cryptography.randomBytes(32), r, 5n)
    expect(ed25519.verify(signature, utf8("m"), publicKey)).toBe(true)
    expect(await cryptography.verify(publicKey, signature, utf8("m"))).toBe(false)
  })

  it("refuses keys of small order, for which R = S B signs some message or all", async () => {
    const signature = concat(ed25519.Point.BASE.multiply(5n).toBytes(), encode(5n))
    for (const key of smallOrderKeys) {
      for (let i = 0; i < 20; i++)
        expect(await cryptography.verify(key, signature, utf8(`${i}`)), toHex(key)).toBe(false)
    }
  })
})

/** A signature of "m" with the R given, which the holder of the key can make: S = r + k a. */
function forge(seed: Uint8Array, encodedR: Uint8Array, r: bigint) {
  const { scalar, pointBytes: publicKey } = ed25519.utils.getExtendedPublicKey(seed)
  const k = decode(createHash("sha512").update(encodedR).update(publicKey).update("m").digest()) % order
  return { publicKey, signature: concat(encodedR, encode((r + k * scalar) % order)) }
}

describe("both sets", () => {
  it("agree on signatures with any bit flipped", async () => {
    const { privateKey } = generateKeyPairSync("ed25519")
    const seed = Uint8Array.from(privateKey.export({ format: "der", type: "pkcs8" }).subarray(-32))
    const publicKey = await nodeCryptography.publicKey(seed)
    const message = utf8("message")
    const signature = await nodeCryptography.sign(seed, message)
    await fc.assert(
      fc.asyncProperty(fc.nat(96 * 8), async (bit) => {
        const bytes = concat(publicKey, signature, Uint8Array.of(0))
        bytes[bit >>> 3] = (bytes[bit >>> 3] as number) ^ (1 << (bit & 7))
        const given = [bytes.subarray(0, 32), bytes.subarray(32, 96), message] as const
        const [portable, node] = [await portableCryptography.verify(...given), await nodeCryptography.verify(...given)]
        expect({ portable, node }).toEqual({ portable: bit === 96 * 8, node: bit === 96 * 8 })
      }),
    )
  })

  it("agree on every length of hash", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), async (pieces) => {
        expect(await nodeCryptography.sha256(...pieces)).toEqual(await portableCryptography.sha256(...pieces))
      }),
    )
    for (const length of [65_535, 65_536, 65_537, 4_198_400, 4_198_401]) {
      const bytes = new Uint8Array(length).map((_, i) => i)
      const [node, portable] = [await nodeCryptography.sha256(bytes), await portableCryptography.sha256(bytes)]
      expect(toHex(node)).toBe(toHex(portable))
    }
  })

  it("hash on another thread what is hashed there at once", async () => {
    const inputs = Array.from({ length: 20 }, (_, i) => new Uint8Array(100_000 + i).fill(i))
    const together = await Promise.all(inputs.map((bytes) => nodeCryptography.sha256(bytes)))
    for (const [i, bytes] of inputs.entries()) {
      expect(toHex(together[i] as Uint8Array)).toBe(toHex(await portableCryptography.sha256(bytes)))
    }
  })
})

it("tells keys that are canonical and not of small order from others", () => {
  for (const y of [2n, 3n, p - 2n])
    expect([isSoundKey(encode(y)), isSoundKey(encode(y, true))], `${y}`).toEqual([true, true])
  for (const y of [p, p + 1n, p + 2n, p + 18n])
    expect(isSoundKey(encode(y)) || isSoundKey(encode(y, true)), `${y}`).toBe(false)
  for (const key of smallOrderKeys) expect(isSoundKey(key), toHex(key)).toBe(false)
  expect(isSoundKey(new Uint8Array(31).fill(2))).toBe(false)
  expect(isSoundKey(new Uint8Array(33).fill(2))).toBe(false)
})
