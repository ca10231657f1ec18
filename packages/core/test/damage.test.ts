import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { concat, readU32, u32 } from "../src/bytes.js"
import type { Cryptography } from "../src/crypto/cryptography.js"
import { readHeader } from "../src/format/front.js"
import { layoutOf } from "../src/format/layout.js"
import { openSealedModel } from "../src/format/open.js"
import { verifySealedModel } from "../src/format/verify.js"
import { nodeCryptography } from "../src/node/cryptography.js"
import { bytesSource } from "../src/source/bytes.js"
import { bothCryptographies } from "./support/cryptography.js"
import { codeOf } from "./support/error-code.js"
import { modelOf, pattern, publisher, sealInMemory } from "./support/sealed.js"

const { bytes, keys } = await sealInMemory(modelOf(pattern(50), pattern(4096), pattern(300)))
const trust = [publisher.publicKey]

const verify = (file: Uint8Array, cryptography: Cryptography) =>
  codeOf(() => verifySealedModel(bytesSource(file), { trust, cryptography }))

const openAll = (file: Uint8Array, cryptography: Cryptography) =>
  codeOf(async () => {
    await using model = await openSealedModel(bytesSource(file), keys, { cryptography })
    for (const part of model.parts) await part.bytes()
  })

function flip(bit: number): Uint8Array {
  const file = bytes.slice()
  file[bit >>> 3] = (file[bit >>> 3] as number) ^ (1 << (bit & 7))
  return file
}

describe.each(bothCryptographies)("with $name", ({ cryptography }) => {
  it("refuses a file with any one bit flipped", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(8 * bytes.length - 1), async (bit) => {
        const file = flip(bit)
        const [verified, opened] = [await verify(file, cryptography), await openAll(file, cryptography)]
        expect(verified).not.toBe("success")
        // What no part lies in isn't read, and only there: its segment's digest is for `verify` to compare.
        if (opened !== "success") expect(opened).toBe(verified)
        else expect(verified).toBe("segment-corrupt")
      }),
      { numRuns: 150 },
    )
  })

  it("refuses a file cut short at any place, or with anything after it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
        const code = length < 8 ? "not-sealed-model" : "truncated"
        expect(await verify(bytes.subarray(0, length), cryptography)).toBe(code)
        expect(await openAll(bytes.subarray(0, length), cryptography)).toBe(code)
      }),
      { numRuns: 100 },
    )
    expect(await openAll(concat(bytes, Uint8Array.of(0)), cryptography)).toBe("trailing-data")
  })
})

it("refuses a bit flipped in each byte, and each length, of what isn't zeros or payload, and in many of the rest", async () => {
  const header = readU32(bytes, 8)
  const { segmentSize, payloadLength } = await readHeader(bytes)
  const { tablesOffset, tablesLength } = layoutOf(header, segmentSize, payloadLength)
  const end = tablesOffset + tablesLength
  const places = Array.from(bytes.keys()).filter((i) => i < end || i % 17 === 0)
  for (const i of places) {
    expect(await verify(flip(8 * i + (i % 8)), nodeCryptography), `byte ${i}`).not.toBe("success")
    expect(await verify(bytes.subarray(0, i), nodeCryptography), `length ${i}`).not.toBe("success")
  }
  expect(await verify(bytes, nodeCryptography)).toBe("success")
})

it("says header-invalid to a length of header out of limits", async () => {
  for (const length of [0, 1, 65_537, 2 ** 32 - 1]) {
    const file = concat(bytes.subarray(0, 8), u32(length), bytes.subarray(12))
    expect(await verify(file, nodeCryptography), `${length}`).toBe("header-invalid")
  }
})

it("refuses segments of two seals of one model put together", async () => {
  const again = await sealInMemory(modelOf(pattern(50), pattern(4096), pattern(300)))
  const spliced = concat(bytes.subarray(0, bytes.length - 100), again.bytes.subarray(-100))
  expect(await verify(spliced, nodeCryptography)).toBe("segment-corrupt")
})
