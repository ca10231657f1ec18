import { createCipheriv, createHash, createHmac, hkdfSync } from "node:crypto"
import { describe, expect, it } from "vitest"
import { fromHex, toHex, utf8 } from "../src/bytes.js"
import { headerDigest } from "../src/format/header.js"
import { keyCommitment, payloadCipher } from "../src/format/keys.js"
import { segmentDigest, segmentNonce } from "../src/format/segments.js"
import { tablesDigest } from "../src/format/tables.js"
import { bothCryptographies } from "./support/cryptography.js"

// Written out from spec/sealed-model.md with Buffer and node:crypto, beside the code under test.
const contentKey = Buffer.from(Array.from({ length: 32 }, (_, i) => i))
const context = { model: "0f".repeat(16), publisher: "1e".repeat(32), segmentSize: 65_536, salt: "2d".repeat(32) }
const lp = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)])
const number64 = (value: number) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
const info = (label: string) =>
  Buffer.concat([
    lp(label),
    Buffer.from([1, 0]),
    lp("strongroom-model/1-draft"),
    lp("aes256gcm-sha256-ed25519"),
    Buffer.from(context.model, "hex"),
    Buffer.from(context.publisher, "hex"),
    Buffer.from([0, 0, 1, 0]),
  ])
const derive = (label: string) => {
  const key = createHmac("sha256", Buffer.from(context.salt, "hex")).update(contentKey).digest()
  return createHmac("sha256", key)
    .update(info(label))
    .update(Buffer.from([1]))
    .digest()
}

it("is HKDF, as node:crypto has it too", () => {
  const label = "strongroom model key commitment"
  const derived = hkdfSync("sha256", contentKey, Buffer.from(context.salt, "hex"), info(label), 32)
  expect(Buffer.from(derived).equals(derive(label))).toBe(true)
})

describe.each(bothCryptographies)("with $name", ({ cryptography }) => {
  it("commits to the content key", async () => {
    const commitment = toHex(await keyCommitment(contentKey, context, cryptography))
    expect(commitment).toBe(derive("strongroom model key commitment").toString("hex"))
    expect(commitment).toBe("a9e7834552e8b8189c222122656f0766ad3c9c093ad47abc917a62d5670788db")
  })

  it("encrypts a segment under the payload key, with STREAM's nonce", async () => {
    const cipher = await payloadCipher(contentKey, context, cryptography)
    const bytes = utf8("a segment of plaintext")
    const tag = await cipher.seal(segmentNonce(258, 259), bytes)
    const nonce = Buffer.from("000000000000000000010201", "hex")
    const other = createCipheriv("aes-256-gcm", derive("strongroom model payload key"), nonce)
    expect(toHex(bytes)).toBe(other.update("a segment of plaintext", "utf8", "hex") + other.final("hex"))
    expect(toHex(tag)).toBe(other.getAuthTag().toString("hex"))
    expect(toHex(bytes)).toBe("b7209986cbae6805592c7e84929afd917a3534cc99db")
  })

  it("digests segments, tables and headers under labels of their own", async () => {
    const [ciphertext, tag] = [utf8("ciphertext"), new Uint8Array(16).fill(9)]
    const hash = (...pieces: Uint8Array[]) => createHash("sha256").update(Buffer.concat(pieces)).digest("hex")
    expect(toHex(await segmentDigest(70_000, ciphertext, tag, cryptography))).toBe(
      hash(lp("strongroom model segment"), number64(70_000), ciphertext, tag),
    )
    const tables = new Uint8Array(96).map((_, i) => i)
    expect(toHex(await tablesDigest(tables, 2, cryptography))).toBe(
      hash(lp("strongroom model tables"), number64(2), tables),
    )
    expect(toHex(await headerDigest(utf8("{}"), cryptography))).toBe(hash(lp("strongroom model header"), utf8("{}")))
  })
})

it("marks only the last segment in its nonce", () => {
  expect(toHex(segmentNonce(0, 1))).toBe("000000000000000000000001")
  expect(toHex(segmentNonce(0, 2))).toBe("000000000000000000000000")
  expect(segmentNonce(1_048_575, 1_048_576)).toEqual(fromHex("00000000000000000fffff01"))
})
