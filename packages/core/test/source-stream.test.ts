import { expect, test } from "vitest"
import { openSealedModel } from "../src/format/open.js"
import { cachedSource } from "../src/page/cached-source.js"
import { httpSource } from "../src/source/http.js"
import { streamSource } from "../src/source/stream.js"
import { codeOf } from "./support/error-code.js"
import { memoryBlocks } from "./support/memory-blocks.js"
import { modelOf, pattern, sealInMemory } from "./support/sealed.js"

const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff)

/** A stream whose pieces come when they are told to. */
function slowStream() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const cancelled: unknown[] = []
  const stream = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given
    },
    cancel: (reason) => void cancelled.push(reason),
  })
  return { stream, cancelled, controller: controller as unknown as ReadableStreamDefaultController<Uint8Array> }
}

async function readFrom(source: ReturnType<typeof streamSource>, offset: number, length: number, signal?: AbortSignal) {
  const target = new Uint8Array(length)
  await source.read(offset, target, signal)
  return target
}

test.each([undefined, bytes.length])("gives any range, in any order, with length %s", async (byteLength) => {
  const heard: number[] = []
  const source = streamSource(new Blob([bytes]).stream(), {
    ...(byteLength !== undefined && { byteLength }),
    onProgress: (received, total) => {
      expect(total).toBe(byteLength)
      heard.push(received)
    },
  })
  expect(await readFrom(source, 199_999, 1)).toEqual(bytes.slice(199_999))
  expect(await readFrom(source, 3, 70_000)).toEqual(bytes.slice(3, 70_003))
  expect(await source.byteLength()).toBe(bytes.length)
  expect(heard.at(-1)).toBe(bytes.length)
  expect(await codeOf(() => readFrom(source, 199_999, 2))).toBe("truncated")
  await source.close()
})

test("a read waits for its own bytes and no longer", async () => {
  const { stream, controller } = slowStream()
  const source = streamSource(stream)
  const early = readFrom(source, 0, 10)
  let settled = false
  const late = readFrom(source, 5, 10)
  late.finally(() => {
    settled = true
  })
  controller.enqueue(bytes.slice(0, 12))
  expect(await early).toEqual(bytes.slice(0, 10))
  expect(settled).toBe(false)
  controller.enqueue(bytes.slice(12, 20))
  expect(await late).toEqual(bytes.slice(5, 15))
})

test("an aborted read leaves the others; closing the source ends them, and cancels the stream", async () => {
  const { stream, controller, cancelled } = slowStream()
  const source = streamSource(stream, { byteLength: 100 })
  const aborting = new AbortController()
  const aborted = readFrom(source, 0, 10, aborting.signal)
  const patient = readFrom(source, 0, 10)
  aborting.abort(new Error("enough"))
  await expect(aborted).rejects.toThrow("enough")
  controller.enqueue(bytes.slice(0, 10))
  expect(await patient).toEqual(bytes.slice(0, 10))
  const waiting = expect(readFrom(source, 50, 10)).rejects.toThrow(TypeError)
  await source.close()
  await source.close()
  await waiting
  expect(cancelled).toHaveLength(1)
})

test("a stream that fails, ends early or goes on too long", async () => {
  const failing = slowStream()
  const source = streamSource(failing.stream)
  failing.controller.enqueue(bytes.slice(0, 10))
  const late = readFrom(source, 0, 11).catch((error) => error.code)
  failing.controller.error(new Error("the cable"))
  expect(await late).toBe("source-unreadable")
  expect(await readFrom(source, 0, 10)).toEqual(bytes.slice(0, 10))

  const short = streamSource(new Blob([bytes]).stream(), { byteLength: bytes.length + 1 })
  expect(await codeOf(() => readFrom(short, bytes.length, 1))).toBe("truncated")
  const long = streamSource(new Blob([bytes]).stream(), { byteLength: 100 })
  expect(await codeOf(() => readFrom(long, 0, 100))).toBe("source-unreadable")
})

const pieceLength = 65_536
const farAway = 2 ** 25

/** A stream that goes on with zeros for longer than anything that is asked of it, and how many bytes it has given. */
function endless(start: Uint8Array) {
  let given = 0
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (given >= farAway) return controller.close()
      const piece = new Uint8Array(pieceLength)
      piece.set(start.subarray(given, given + pieceLength))
      given += pieceLength
      controller.enqueue(piece)
    },
  })
  return { stream, given: () => given }
}

const download = (body: ReadableStream<Uint8Array>) =>
  httpSource("http://127.0.0.1/", { withoutRanges: "download", fetch: async () => new Response(body) })

test.each([
  ["a stream", streamSource],
  ["a download that doesn't say how long it is", download],
  [
    "such a download through a cache",
    (body: ReadableStream<Uint8Array>) => cachedSource(download(body), memoryBlocks()),
  ],
])("%s that never ends is taken no further than a model's header says", async (_, sourceOf) => {
  const { bytes: sealed, keys } = await sealInMemory(modelOf(pattern(3_000_000)))
  const model = endless(sealed)
  expect(await codeOf(() => openSealedModel(sourceOf(model.stream), keys))).toBe("trailing-data")
  // What was asked for, and what two streams have ready.
  expect(model.given()).toBeLessThanOrEqual(sealed.length + 4 * pieceLength)
  const nothing = endless(new Uint8Array(0))
  expect(await codeOf(() => openSealedModel(sourceOf(nothing.stream), keys))).toBe("not-sealed-model")
  expect(nothing.given()).toBeLessThanOrEqual(5 * pieceLength)
})

test("who asks such a stream for its length has all of it taken", async () => {
  const { stream, given } = endless(new Uint8Array(0))
  expect(await streamSource(stream).byteLength()).toBe(farAway)
  expect(given()).toBe(farAway)
})

test("a stream knows its length within what is asked for", async () => {
  const source = streamSource(new Blob([bytes]).stream())
  expect(await source.lengthWithin?.(100)).toBeGreaterThan(100)
  expect(await source.lengthWithin?.(bytes.length - 1)).toBe(bytes.length)
  expect(await source.lengthWithin?.(bytes.length)).toBe(bytes.length)
  expect(await source.lengthWithin?.(2 * bytes.length)).toBe(bytes.length)
  expect(await streamSource(new Blob([bytes]).stream(), { byteLength: 7 }).lengthWithin?.(1)).toBe(7)
})

test("misuse is refused", () => {
  expect(() => streamSource(bytes as never)).toThrow(TypeError)
  expect(() => streamSource(new Blob([]).stream(), { byteLength: -1 })).toThrow(RangeError)
})

test("a limit that is no number doesn't have a stream taken without one", async () => {
  let taken = 0
  const stream = new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(++taken)) }, { highWaterMark: 0 })
  const source = streamSource(stream)
  await expect(source.lengthWithin?.(Number.NaN)).rejects.toThrow(RangeError)
  expect(await source.lengthWithin?.(1)).toBeGreaterThan(1)
  await new Promise((resolve) => setImmediate(resolve))
  expect(taken).toBeLessThan(5)
  await source.close()
})
