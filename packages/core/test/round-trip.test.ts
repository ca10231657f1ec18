import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { openSealedModel } from "../src/format/open.js"
import { verifySealedModel } from "../src/format/verify.js"
import { bytesSource } from "../src/source/bytes.js"
import { bothCryptographies } from "./support/cryptography.js"
import { modelOf, pattern, publisher, sealInMemory } from "./support/sealed.js"

const equal = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0

describe.each(bothCryptographies)("with $name", ({ cryptography }) => {
  it("opens what was sealed: any parts, any segment size, any range", async () => {
    const length = fc.oneof(
      fc.nat(200),
      fc.nat(20_000),
      fc.constantFrom(0, 1, 63, 64, 65, 4095, 4096, 4097, 8191, 8192, 8193, 12_288),
    )
    const range = fc.tuple(fc.nat(), fc.nat(), fc.nat())
    await fc.assert(
      fc.asyncProperty(
        fc.array(length, { maxLength: 6 }),
        fc.constantFrom(4096, 8192, 65_536),
        fc.array(range, { maxLength: 5 }),
        async (lengths, segmentSize, ranges) => {
          const parts = lengths.map((byteLength, i) => pattern(byteLength + i).subarray(i))
          const { bytes, keys } = await sealInMemory(modelOf(...parts), { segmentSize }, {}, cryptography)
          const verified = await verifySealedModel(bytesSource(bytes), { trust: [publisher.publicKey], cryptography })
          expect(verified).toMatchObject({ trusted: true, byteLength: bytes.length })
          const model = await openSealedModel(bytesSource(bytes), keys, { cryptography })
          expect(model.parts.map(({ byteLength }) => byteLength)).toEqual(lengths)
          for (const [i, part] of model.parts.entries()) {
            const plain = parts[i] as Uint8Array
            expect(equal(await part.bytes(), plain)).toBe(true)
            const chunks: Uint8Array[] = []
            for await (const chunk of part.chunks()) chunks.push(chunk.slice())
            expect(equal(Buffer.concat(chunks), plain)).toBe(true)
          }
          for (const [which, a, b] of lengths.length === 0 ? [] : ranges) {
            const i = which % lengths.length
            const plain = parts[i] as Uint8Array
            const [from, to] = [a % (plain.length + 1), b % (plain.length + 1)].sort((x, y) => x - y) as [
              number,
              number,
            ]
            const target = new Uint8Array(to - from)
            await model.parts[i]?.read(from, target)
            expect(equal(target, plain.subarray(from, to))).toBe(true)
          }
          await model.close()
        },
      ),
      { numRuns: 40 },
    )
  })
})
