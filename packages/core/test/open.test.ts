import { describe, expect, it } from "vitest"
import { type Keys, openSealedModel, type SealedModel } from "../src/format/open.js"
import { verifySealedModel } from "../src/format/verify.js"
import { bytesSource } from "../src/source/bytes.js"
import type { Source } from "../src/source/source.js"
import { bothCryptographies } from "./support/cryptography.js"
import { codeOf } from "./support/error-code.js"
import { modelOf, pattern, publisher, sealInMemory, stranger } from "./support/sealed.js"

// Segment 0: u32, manifest, the small part. From segment 1: the large part. In its last segment: the third.
const [small, large, third] = [pattern(100), pattern(20_000), pattern(64)] as const
const { bytes, keys } = await sealInMemory(modelOf(small, large, third))
const payloadOffset = 4096

/** `bytes`, and what is asked of them. A flipped byte of the payload is one that changed after `openSealedModel`. */
function watchedSource() {
  const file = bytes.slice()
  const watch = { file, reads: [] as { offset: number; target: Uint8Array }[], closed: 0 }
  const inner = bytesSource(file)
  const source: Source = {
    byteLength: inner.byteLength,
    async read(offset, target, signal) {
      watch.reads.push({ offset, target })
      await inner.read(offset, target, signal)
    },
    async close() {
      watch.closed++
    },
  }
  return { source, watch }
}

const part = (model: SealedModel, i: number) => model.parts[i] as SealedModel["parts"][number]
const equal = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0
const isZero = (target: Uint8Array) => target.every((byte) => byte === 0)

describe.each(bothCryptographies)("with $name", ({ cryptography }) => {
  const open = (source: Source, change: Partial<Keys> = {}) =>
    openSealedModel(source, { ...keys, ...change }, { cryptography })

  it("reads parts whole, in ranges, in chunks, as a stream, at once", async () => {
    await using model = await open(bytesSource(bytes))
    const target = new Uint8Array(20_000)
    const range = new Uint8Array(5000)
    const [, , whole, text] = await Promise.all([
      part(model, 1).into(target),
      part(model, 1).read(4000, range),
      part(model, 0).bytes(),
      new Response(part(model, 2).stream()).arrayBuffer(),
    ])
    expect(equal(target, large) && equal(range, large.subarray(4000, 9000))).toBe(true)
    expect(equal(whole, small) && equal(new Uint8Array(text), third)).toBe(true)
    const lengths: number[] = []
    for await (const chunk of part(model, 1).chunks()) lengths.push(chunk.length)
    expect(lengths).toEqual([4096, 4096, 4096, 4096, 3616])
  })

  it("decrypts whole segments where they are wanted", async () => {
    const { source, watch } = watchedSource()
    await using model = await open(source)
    watch.reads.length = 0
    const target = new Uint8Array(20_000)
    await part(model, 1).into(target)
    const inPlace = watch.reads.filter(({ target: { buffer } }) => buffer === target.buffer)
    expect(inPlace.map(({ offset }) => offset - payloadOffset).sort((a, b) => a - b)).toEqual([
      4096, 8192, 12_288, 16_384,
    ])
    expect(watch.reads.length).toBe(5)
  })

  it("says how far it is", async () => {
    await using model = await open(bytesSource(bytes))
    const seen: number[] = []
    await part(model, 1).into(new Uint8Array(20_000), { onProgress: (done, total) => seen.push(done / total) })
    expect(seen.length).toBe(5)
    expect(seen.at(-1)).toBe(1)
  })

  it("leaves zeros of a part that was damaged after it was opened", async () => {
    const { source, watch } = watchedSource()
    await using model = await open(source)
    const at = payloadOffset + 3 * 4096 + 5
    watch.file[at] = (watch.file[at] as number) ^ 1
    const target = new Uint8Array(20_000).fill(7)
    expect(await codeOf(() => part(model, 1).into(target))).toBe("segment-corrupt")
    expect(isZero(target)).toBe(true)
    const range = new Uint8Array(10).fill(7)
    expect(await codeOf(() => part(model, 1).read(8192, range))).toBe("segment-corrupt")
    expect(isZero(range)).toBe(true)
    await part(model, 1).read(0, range)
    expect(equal(range, large.subarray(0, 10))).toBe(true)
    const chunks: Uint8Array[] = []
    const consume = async () => {
      for await (const chunk of part(model, 1).chunks()) chunks.push(chunk)
    }
    expect(await codeOf(consume)).toBe("segment-corrupt")
    expect(chunks.length).toBe(2)
    expect(chunks.every(isZero)).toBe(true)
    expect(await codeOf(() => new Response(part(model, 1).stream()).arrayBuffer())).toBe("segment-corrupt")
  })

  it("decrypts the copy that it compared, not what the file became meanwhile", async () => {
    const { source, watch } = watchedSource()
    const read = source.read
    const racing: Source = {
      ...source,
      async read(offset, target, signal) {
        await read(offset, target, signal)
        watch.file.fill(0xaa, payloadOffset)
      },
    }
    const { source: calm } = watchedSource()
    let inner = calm
    await using model = await open({ ...calm, read: (...given) => inner.read(...given) })
    inner = racing
    expect(equal(await part(model, 0).bytes(), small)).toBe(true)
    expect(await codeOf(() => part(model, 0).bytes())).toBe("segment-corrupt")
  })

  it("overwrites chunks when the consumer stops early", async () => {
    await using model = await open(bytesSource(bytes))
    let seen: Uint8Array | undefined
    for await (const chunk of part(model, 1).chunks()) {
      seen = chunk
      break
    }
    expect(seen && isZero(seen)).toBe(true)
    const reader = part(model, 1).stream().getReader()
    await reader.read()
    await reader.cancel()
  })

  it("stops at the signal, leaving zeros", async () => {
    await using model = await open(bytesSource(bytes))
    const reason = new Error("enough")
    const controller = new AbortController()
    const { signal } = controller
    const target = new Uint8Array(20_000)
    const reading = part(model, 1).into(target, { signal, onProgress: () => controller.abort(reason) })
    await expect(reading).rejects.toBe(reason)
    expect(isZero(target)).toBe(true)
    await expect(part(model, 1).bytes({ signal })).rejects.toBe(reason)
    await expect(part(model, 1).chunks({ signal })[Symbol.asyncIterator]().next()).rejects.toBe(reason)
    await expect(openSealedModel(bytesSource(bytes), keys, { cryptography, signal })).rejects.toBe(reason)
    await expect(verifySealedModel(bytesSource(bytes), { cryptography, signal })).rejects.toBe(reason)
  })

  it("is closed with its source, twice if need be, and then refuses", async () => {
    const { source, watch } = watchedSource()
    const model = await open(source)
    const target = new Uint8Array(20_000).fill(7)
    const underWay = part(model, 1).into(target)
    const closing = model.close()
    await expect(underWay).rejects.toThrow(TypeError)
    await closing
    await model.close()
    expect(isZero(target)).toBe(true)
    expect(watch.closed).toBeGreaterThan(0)
    await expect(part(model, 0).bytes()).rejects.toThrow(TypeError)
    expect(() => part(model, 0).chunks()).toThrow(TypeError)
  })

  it("closes the source when it refuses", async () => {
    const { source, watch } = watchedSource()
    expect(await codeOf(() => open(source, { trust: [stranger.publicKey] }))).toBe("publisher-unknown")
    await expect(open(source, { grant: "grant" as unknown as Uint8Array })).rejects.toThrow(TypeError)
    expect(watch.closed).toBe(2)
  })

  it("refuses an identity or a key that can't be read before it reads the file", async () => {
    const { source, watch } = watchedSource()
    expect(await codeOf(() => open(source, { identity: "alice" }))).toBe("identity-invalid")
    expect(await codeOf(() => open(source, { trust: ["publisher"] }))).toBe("key-invalid")
    expect(watch.reads).toEqual([])
  })

  it("refuses misuse of a part", async () => {
    await using model = await open(bytesSource(bytes))
    const [first] = model.parts
    await expect(first?.into(new Uint8Array(99))).rejects.toThrow(RangeError)
    for (const [offset, length] of [
      [-1, 1],
      [0.5, 1],
      [100, 1],
      [0, 101],
      [Number.NaN, 1],
    ] as const) {
      await expect(first?.read(offset, new Uint8Array(length)), `${offset}`).rejects.toThrow(RangeError)
    }
    await expect(first?.read(0, "text" as unknown as Uint8Array)).rejects.toThrow(TypeError)
    await first?.read(100, new Uint8Array(0))
  })

  it("verifies with trust, and without", async () => {
    const verify = (trust?: readonly string[]) =>
      codeOf(() => verifySealedModel(bytesSource(bytes), { cryptography, ...(trust && { trust }) }))
    expect(await verify()).toBe("success")
    expect(await verify([publisher.publicKey])).toBe("success")
    expect(await verify([stranger.publicKey])).toBe("publisher-unknown")
    expect(await verify([])).toBe("trust-missing")
  })
})

it("opens a manifest of more than a segment", async () => {
  const names = Array.from({ length: 500 }, (_, i) => pattern(i % 3))
  const sealed = await sealInMemory(modelOf(...names))
  await using model = await openSealedModel(bytesSource(sealed.bytes), sealed.keys)
  expect(model.parts.length).toBe(500)
  for (const [i, { byteLength }] of model.parts.entries()) expect(byteLength).toBe(i % 3)
})

it("reads a header of more than the first read", async () => {
  const { bytes: file } = await sealInMemory(modelOf(), { label: "\u0001".repeat(256) })
  expect((await verifySealedModel(bytesSource(file))).header.label).toBe("\u0001".repeat(256))
})
