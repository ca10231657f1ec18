import type { Cryptography } from "@strongroom/core"
import { nodeCryptography } from "@strongroom/core/node"
import fc from "fast-check"
import { beforeAll, describe, expect, it } from "vitest"
import { type Evp, loadEvp } from "../src/os/evp.js"
import { loadSegments, type NativeJob, type NativeSegments } from "../src/os/segments.js"
import { evpCryptography, vaultCryptography } from "../src/worker/cryptography.js"
import { expectedDecryption, hasNativeLibrary } from "./support.js"

let evp: Evp
let ours: Cryptography
beforeAll(async () => {
  evp = await loadEvp()
  ours = evpCryptography(evp)
})

/** Around where work goes to another thread. */
const lengths = [0, 1, 15, 16, 17, 65_535, 65_536, 65_537, 1_048_576, 1_048_579]

function pattern(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >>> 8) * seed) & 0xff)
}

/** Not by `toEqual`, which takes seconds for a MiB. */
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0

describe("OpenSSL, reached by koffi, computes what node:crypto does", () => {
  it.each(lengths)("hashing %i bytes, whole, in a view and in pieces", async (length) => {
    const bytes = pattern(length)
    const expected = await nodeCryptography.sha256(bytes)
    const around = pattern(length + 10, 9)
    around.set(bytes, 5)
    const third = Math.floor(length / 3)
    const pieces = [bytes.subarray(0, third), new Uint8Array(0), bytes.subarray(third)]
    const found = [ours.sha256(bytes), ours.sha256(around.subarray(5, 5 + length)), ours.sha256(...pieces)]
    for (const digest of await Promise.all(found)) expect(digest).toEqual(expected)
  })

  it.each(lengths)("sealing and opening %i bytes in place, in a view", async (length) => {
    const [key, nonce] = [pattern(32, 3), pattern(12, 5)]
    const [mine, theirs] = [await ours.aesGcm(key), await nodeCryptography.aesGcm(key)]
    const expected = pattern(length)
    const tag = await theirs.seal(nonce, expected)
    const memory = new Uint8Array(length + 10).fill(7)
    const bytes = memory.subarray(5, 5 + length)
    bytes.set(pattern(length))
    expect(await mine.seal(nonce, bytes)).toEqual(tag)
    expect(same(bytes, expected)).toBe(true)
    expect(await mine.open(nonce, bytes, tag)).toBe(true)
    expect(same(bytes, pattern(length))).toBe(true)
    bytes.fill(7)
    expect(memory.every((byte) => byte === 7)).toBe(true)
  })

  it("for keys, nonces, bytes and flipped bits of every kind", async () => {
    const input = fc.record({
      key: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      nonce: fc.uint8Array({ minLength: 12, maxLength: 12 }),
      bytes: fc.oneof(
        fc.uint8Array({ maxLength: 100 }),
        fc.nat(4000).map((more) => pattern(64_000 + more)),
      ),
      flip: fc.option(fc.nat()),
    })
    await fc.assert(
      fc.asyncProperty(input, async ({ key, nonce, bytes, flip }) => {
        const [mine, theirs] = [await ours.aesGcm(key), await nodeCryptography.aesGcm(key)]
        const sealed = bytes.slice()
        const tag = await theirs.seal(nonce, sealed)
        const whole = Buffer.concat([sealed, tag])
        if (flip !== null)
          whole.writeUInt8(whole.readUInt8(flip % whole.length) ^ (1 << (flip & 7)), flip % whole.length)
        const openBy = async (cipher: typeof mine) => {
          const target = Uint8Array.from(whole.subarray(0, bytes.length))
          return { fits: await cipher.open(nonce, target, Uint8Array.from(whole.subarray(bytes.length))), target }
        }
        const [found, expected] = [await openBy(mine), await openBy(theirs)]
        expect(found.fits).toBe(flip === null)
        expect(expected.fits).toBe(found.fits)
        expect(same(found.target, expected.target)).toBe(true)
        expect(found.fits || found.target.every((byte) => byte === 0)).toBe(true)
      }),
    )
  })

  it("many at once, on several threads", async () => {
    const key = pattern(32)
    const cipher = await ours.aesGcm(key)
    const theirs = await nodeCryptography.aesGcm(key)
    const pieces = Array.from({ length: 24 }, (_, i) => pattern(100_000 + i, i))
    await Promise.all(
      pieces.map(async (piece, i) => {
        const nonce = pattern(12, i + 100)
        const sealed = piece.slice()
        const tag = await theirs.seal(nonce, sealed)
        expect(await ours.sha256(sealed)).toEqual(await nodeCryptography.sha256(sealed))
        expect(await cipher.open(nonce, sealed, tag)).toBe(true)
        expect(same(sealed, piece)).toBe(true)
      }),
    )
  })
})

describe("a key", () => {
  it("isn't held by the memory that it came in, and isn't to be used once it is closed", async () => {
    const key = pattern(32)
    const cipher = await ours.aesGcm(key)
    const [first, second] = [new Uint8Array(9), new Uint8Array(9)]
    await cipher.seal(new Uint8Array(12), first)
    key.fill(0)
    await cipher.seal(new Uint8Array(12), second)
    expect(second).toEqual(first)
    cipher.close()
    cipher.close()
    await expect(cipher.seal(new Uint8Array(12), new Uint8Array(1))).rejects.toThrow(TypeError)
    await expect(cipher.open(new Uint8Array(12), new Uint8Array(1), new Uint8Array(16))).rejects.toThrow(TypeError)
  })

  it("of another length, or a nonce or a tag, is refused: OpenSSL would read beyond it", async () => {
    await expect(ours.aesGcm(new Uint8Array(31))).rejects.toThrow(RangeError)
    const cipher = await ours.aesGcm(new Uint8Array(32))
    await expect(cipher.seal(new Uint8Array(11), new Uint8Array(1))).rejects.toThrow(RangeError)
    await expect(cipher.open(new Uint8Array(13), new Uint8Array(1), new Uint8Array(16))).rejects.toThrow(RangeError)
    await expect(cipher.open(new Uint8Array(12), new Uint8Array(1), new Uint8Array(15))).rejects.toThrow(RangeError)
  })
})

it("every context is freed, also when a tag doesn't fit or a function fails", async () => {
  const open = new Set<string>()
  const broken = { update: false }
  const counted: Evp = {
    ...evp,
    digestNew: () => note("digest", evp.digestNew()),
    digestFree: (context) => evp.digestFree(drop("digest", context)),
    cipherNew: () => note("cipher", evp.cipherNew()),
    cipherFree: (context) => evp.cipherFree(drop("cipher", context)),
    async cipherUpdateElsewhere(context, bytes) {
      if (broken.update) throw new Error("no")
      await evp.cipherUpdateElsewhere(context, bytes)
    },
    async digestUpdateElsewhere(context, bytes) {
      if (broken.update) throw new Error("no")
      await evp.digestUpdateElsewhere(context, bytes)
    },
  }
  let made = 0
  function note(kind: string, context: bigint) {
    made++
    open.add(`${kind} ${context}`)
    return context
  }
  function drop(kind: string, context: bigint) {
    expect(open.delete(`${kind} ${context}`)).toBe(true)
    return context
  }
  const counting = evpCryptography(counted)
  const cipher = await counting.aesGcm(pattern(32))
  const bytes = pattern(100_000)
  await counting.sha256(bytes)
  const tag = await cipher.seal(new Uint8Array(12), bytes)
  expect(await cipher.open(new Uint8Array(12), bytes.slice(), tag)).toBe(true)
  expect(await cipher.open(new Uint8Array(12), bytes.slice(), pattern(16))).toBe(false)
  broken.update = true
  await expect(counting.sha256(bytes)).rejects.toThrow("no")
  await expect(cipher.open(new Uint8Array(12), bytes, tag)).rejects.toThrow("no")
  expect(bytes.every((byte) => byte === 0)).toBe(true)
  expect([made, open.size]).toEqual([6, 0])
})

describe("a vault decrypts", () => {
  it("by OpenSSL where it finds it", async () => {
    expect((await vaultCryptography()).decryption).toBe(expectedDecryption)
  })

  it.runIf(hasNativeLibrary)(
    "one step at a time where there is no native library, or one that opens otherwise",
    async () => {
      const native = await loadSegments()
      const changed = (change: (job: NativeJob) => Partial<NativeJob>): NativeSegments => ({
        job(segments) {
          const job = native.job(segments)
          return { ...job, ...change(job) }
        },
      })
      const wrong: (() => Promise<NativeSegments>)[] = [
        async () => {
          throw new Error("not built")
        },
        async () => changed(() => ({ fault: () => undefined })),
        async () => changed(() => ({ fault: () => ({ index: 0, step: "digest" }) })),
        async () => changed(() => ({ open: async () => 0 })),
      ]
      for (const load of wrong) {
        const made = await vaultCryptography(loadEvp, load)
        expect(made.decryption).toBe("OpenSSL, in place")
        expect((await made.cryptography.aesGcm(pattern(32))).openSegments).toBe(undefined)
      }
    },
  )

  it("by node:crypto where there is no way to OpenSSL, or one that computes something else", async () => {
    const lacking = async () => {
      throw new Error("no koffi")
    }
    const wrong: (Partial<Evp> | undefined)[] = [
      undefined,
      { digestUpdateElsewhere: async () => {} },
      { cipherUpdateElsewhere: async () => {} },
      { cipherFinal: () => true },
      { cipherFinal: () => false },
    ]
    for (const change of wrong) {
      const made = await vaultCryptography(change === undefined ? lacking : async () => ({ ...evp, ...change }))
      expect(made.cryptography).toBe(nodeCryptography)
    }
  })
})
