import { describe, expect, it } from "vitest"
import { openSealedModel } from "../src/format/open.js"
import type { BlockStore } from "../src/page/block-store.js"
import { cachedSource } from "../src/page/cached-source.js"
import { bytesSource } from "../src/source/bytes.js"
import { httpSource } from "../src/source/http.js"
import type { Source } from "../src/source/source.js"
import { codeOf } from "./support/error-code.js"
import { memoryBlocks } from "./support/memory-blocks.js"
import { modelOf, pattern, sealInMemory, stranger } from "./support/sealed.js"

// Three blocks and a bit, each of many segments.
const plaintext = pattern(3 * 2 ** 20 + 12_345)
const sealed = await sealInMemory(modelOf(plaintext), { segmentSize: 65_536 })
const other = await sealInMemory(modelOf(pattern(50_000)), { segmentSize: 4096 })

/** A source that counts the bytes that are asked of it. */
function counting(bytes: Uint8Array): Source & { read: Source["read"]; asked(): number } {
  const inner = bytesSource(bytes)
  let asked = 0
  return {
    ...inner,
    async read(offset, target, signal) {
      asked += target.length
      await inner.read(offset, target, signal)
    },
    asked: () => asked,
  }
}

const unreachable = () =>
  httpSource("http://127.0.0.1:1/", { retries: 0, fetch: () => Promise.reject(new TypeError("no network")) })

/** Whether the model opens to `expected`. (Vitest compares millions of bytes one by one, slowly.) */
async function opensBy(source: Source, { keys } = sealed, expected = plaintext): Promise<boolean> {
  await using model = await openSealedModel(source, keys)
  return Buffer.compare((await model.parts[0]?.bytes()) as Uint8Array, expected) === 0
}

describe("a cached source", () => {
  it("asks for all the first time, and for the front alone the second", async () => {
    const store = memoryBlocks()
    const [first, second] = [counting(sealed.bytes), counting(sealed.bytes)]
    const cold = cachedSource(first, store)
    expect(await opensBy(cold)).toBe(true)
    expect(cold.counts()).toEqual({ kept: 0, fetched: 4, damaged: 0, offline: false })
    expect(first.asked()).toBeGreaterThan(sealed.bytes.length)
    const warm = cachedSource(second, store)
    expect(await opensBy(warm)).toBe(true)
    expect(warm.counts()).toEqual({ kept: 4, fetched: 0, damaged: 0, offline: false })
    expect(second.asked()).toBeLessThan(20_000)
  })

  it("gives every byte as the source would", async () => {
    const source = cachedSource(bytesSource(sealed.bytes), memoryBlocks())
    expect(await source.byteLength()).toBe(sealed.bytes.length)
    for (const [offset, length] of [
      [0, sealed.bytes.length],
      [4095, 2],
      [2 ** 20 + 4090, 100],
      [sealed.bytes.length - 1, 1],
      [sealed.bytes.length, 0],
    ] as const) {
      const target = new Uint8Array(length)
      await source.read(offset, target)
      expect(Buffer.compare(target, sealed.bytes.subarray(offset, offset + length)), `${offset}`).toBe(0)
    }
    expect(await codeOf(() => source.read(sealed.bytes.length, new Uint8Array(1)))).toBe("truncated")
    await source.close()
    await expect(source.byteLength()).rejects.toThrow(TypeError)
  })

  it("fetches again what was changed, cut short, lengthened, swapped", async () => {
    const store = memoryBlocks()
    await opensBy(cachedSource(bytesSource(sealed.bytes), store))
    const whole = new Map(store.blocks)
    const [one, two] = [whole.get(0) as Buffer, whole.get(1) as Buffer]
    const changes: [Buffer, Buffer][] = [
      [Buffer.from(one.map((byte, at) => (at === 1_000_000 ? byte ^ 1 : byte))), two],
      [one.subarray(1), two],
      [Buffer.alloc(0), two],
      [Buffer.concat([one, one]), two],
      [two, one],
    ]
    for (const [changedOne, changedTwo] of changes) {
      store.blocks.set(0, changedOne).set(1, changedTwo)
      const source = cachedSource(bytesSource(sealed.bytes), store)
      expect(await opensBy(source)).toBe(true)
      expect(source.counts()).toMatchObject({ damaged: changedTwo === two ? 1 : 2, fetched: 0 })
      for (const [index, block] of whole) expect(store.blocks.get(index)?.equals(block), `${index}`).toBe(true)
    }
  })

  it("reads no kept file that isn't as long as it must be, and of a front no more than its header", async () => {
    const store = memoryBlocks()
    await opensBy(cachedSource(bytesSource(sealed.bytes), store))
    let read = 0
    /** A file with so much more at its end, which counts what is read of it. */
    const longer = (kept: Blob | undefined, more: number) => {
      const file = new Blob([kept ?? "", new Uint8Array(more)])
      const { arrayBuffer, slice } = file
      const counted = (part: Blob, length: number) => {
        part.arrayBuffer = () => {
          read += length
          return arrayBuffer.call(part)
        }
        return part
      }
      file.slice = (start = 0, end = file.size) => counted(slice.call(file, start, end), end - start)
      return counted(file, file.size)
    }
    const planted = (more: number): BlockStore => ({
      ...store,
      front: async () => longer(await store.front(), more),
      get: async (index) => longer(await store.get(index), more),
    })
    const reached = cachedSource(bytesSource(sealed.bytes), planted(50_000_000))
    expect(await opensBy(reached)).toBe(true)
    expect(reached.counts()).toMatchObject({ damaged: 4 })
    expect(read).toBe(0)
    expect(await codeOf(() => opensBy(cachedSource(unreachable(), planted(50_000_000))))).toBe("source-unreadable")
    expect(read).toBeLessThan(10_000)
    // With nothing at their ends they would have done.
    expect(await opensBy(cachedSource(unreachable(), planted(0)))).toBe(true)
    expect(read).toBeGreaterThan(plaintext.length)
  })

  it("forgets another seal's blocks", async () => {
    const store = memoryBlocks()
    await opensBy(cachedSource(bytesSource(sealed.bytes), store))
    expect(await opensBy(cachedSource(bytesSource(other.bytes), store), other, pattern(50_000))).toBe(true)
    expect(store.blocks.size).toBe(1)
  })

  it("opens what is kept when the source can't be reached, if nothing is missing", async () => {
    const store = memoryBlocks()
    expect(await codeOf(() => opensBy(cachedSource(unreachable(), store)))).toBe("source-unreadable")
    await opensBy(cachedSource(bytesSource(sealed.bytes), store))
    const source = cachedSource(unreachable(), store)
    expect(await opensBy(source)).toBe(true)
    expect(source.counts()).toEqual({ kept: 4, fetched: 0, damaged: 0, offline: true })
    // Somebody else's model in its place is somebody else's.
    const trust = [stranger.publicKey]
    expect(
      await codeOf(() => opensBy(cachedSource(unreachable(), store), { ...sealed, keys: { ...sealed.keys, trust } })),
    ).toBe("publisher-unknown")
    store.blocks.delete(2)
    expect(await codeOf(() => opensBy(cachedSource(unreachable(), store)))).toBe("source-unreadable")
    store.kept = store.kept?.map((byte, at) => (at === 200 ? byte ^ 1 : byte))
    expect(await codeOf(() => opensBy(cachedSource(unreachable(), store)))).toBe("source-unreadable")
  })

  it("keeps nothing that the publisher didn't sign, and says what the source's file has", async () => {
    const store = memoryBlocks()
    const damaged = sealed.bytes.map((byte, at) => (at === sealed.bytes.length - 1 ? byte ^ 1 : byte))
    expect(await codeOf(() => opensBy(cachedSource(bytesSource(damaged), store)))).toBe("segment-corrupt")
    expect([...store.blocks.keys()]).not.toContain(3)
    expect(await codeOf(() => opensBy(cachedSource(bytesSource(pattern(10_000)), store)))).toBe("not-sealed-model")
    expect(await codeOf(() => opensBy(cachedSource(bytesSource(sealed.bytes.subarray(0, 9000)), store)))).toBe(
      "truncated",
    )
  })

  it("gives up what nobody waits for any more", async () => {
    let stopped: unknown
    const inner = bytesSource(sealed.bytes)
    const stuck: Source = {
      ...inner,
      read: (offset, target, signal) =>
        target.length < 2 ** 19
          ? inner.read(offset, target)
          : new Promise((_, reject) => {
              signal?.addEventListener("abort", () => {
                stopped = signal.reason
                reject(signal.reason)
              })
            }),
    }
    const source = cachedSource(stuck, memoryBlocks())
    const aborting = new AbortController()
    const reading = source.read(2 ** 20, new Uint8Array(10), aborting.signal)
    await source.byteLength()
    await new Promise((resolve) => setTimeout(resolve, 20))
    aborting.abort(new Error("enough"))
    await expect(reading).rejects.toThrow("enough")
    await expect.poll(() => stopped).toHaveProperty("message", "enough")
  })
})
