import { createCipheriv, createHash, randomBytes } from "node:crypto"
import { closeSync, openSync, utimesSync } from "node:fs"
import { open, readFile, truncate, writeFile } from "node:fs/promises"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import {
  bytesSource,
  type Cryptography,
  importFiles,
  openSealedModel,
  readHeader,
  type SealedModel,
  type Source,
} from "@strongroom/core"
import { fileSource } from "@strongroom/core/node"
import { beforeAll, describe, expect, it, onTestFinished } from "vitest"
import { type Evp, loadEvp } from "../src/os/evp.js"
import { loadSegments, type NativeSegments } from "../src/os/segments.js"
import { evpCryptography } from "../src/worker/cryptography.js"
import { coded, hasNativeLibrary, type Shipped, ship, temporaryFolder } from "./support.js"

let evp: Evp
let native: NativeSegments
beforeAll(async () => {
  evp = await loadEvp()
  if (hasNativeLibrary) native = await loadSegments()
})

const segmentSize = 65_536
/** Nine segments and a bit, so that the first and the last read of the part are partial or whole by its offset. */
const plaintext = new Uint8Array(randomBytes(9 * segmentSize + 1000))

/** Called once, while segments of the part are being opened. */
type Meanwhile = () => Promise<void> | void

/** The two ways, each telling when it is at work. Both must do the same. */
const ways: readonly { readonly way: string; cryptography(meanwhile?: Meanwhile): Cryptography }[] = [
  {
    way: "one step at a time",
    cryptography(meanwhile = () => {}) {
      const inner = evpCryptography(evp)
      let digests = 0
      return {
        ...inner,
        async sha256(...pieces) {
          const isSegment = pieces.some(({ length }) => length >= segmentSize)
          if (isSegment && ++digests === 3) await meanwhile()
          return await inner.sha256(...pieces)
        },
      }
    },
  },
  {
    way: "whole segments at once",
    cryptography(meanwhile = () => {}) {
      return evpCryptography(evp, {
        job(segments) {
          const job = native.job(segments)
          let calls = 0
          return {
            ...job,
            async open(cipher, digest) {
              // One or two first, so that there is a while.
              const opened = await job.open(cipher, digest, 1)
              if (segments.count > 1 && ++calls === 2) await meanwhile()
              return opened === 0 ? 0 : opened + (await job.open(cipher, digest, 1_000_000))
            },
          }
        },
      })
    },
  },
]

async function shipPart(): Promise<Shipped> {
  return await ship(importFiles([{ name: "part", source: bytesSource(plaintext) }]), { segmentSize })
}

async function openShipped(shipped: Shipped, cryptography: Cryptography, source: Source = fileSource(shipped.model)) {
  const keys = {
    grant: new Uint8Array(await readFile(shipped.keys.grant)),
    identity: shipped.identity,
    trust: [await readFile(join(shipped.folder, "publisher.pub"), "utf8")],
  }
  const model = await openSealedModel(source, keys, { cryptography })
  onTestFinished(() => model.close())
  return model
}

const partOf = (model: SealedModel) => model.parts[0] as SealedModel["parts"][number]

/** Where segment `index` begins in the file. */
async function offsetOf(shipped: Shipped, index: number): Promise<number> {
  const source = bytesSource(shipped.bytes)
  const { payloadLength } = await readHeader(source)
  return shipped.bytes.length - payloadLength + index * segmentSize
}

async function flip(path: string, offset: number): Promise<void> {
  const file = await open(path, "r+")
  const byte = Buffer.alloc(1)
  await file.read(byte, 0, 1, offset)
  byte.writeUInt8(byte.readUInt8() ^ 0x10)
  await file.write(byte, 0, 1, offset)
  await file.close()
}

const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0)
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0

const waysHere = ways.filter(({ way }) => hasNativeLibrary || way === "one step at a time")

describe.each(waysHere)("$way", ({ cryptography }) => {
  it.each([
    [0, plaintext.length],
    [0, 0],
    [0, segmentSize - 1],
    [0, segmentSize],
    [0, segmentSize + 1],
    [1, segmentSize],
    [segmentSize - 1, 2],
    [segmentSize, 3 * segmentSize],
    [segmentSize + 1, 7 * segmentSize],
    [9 * segmentSize, 1000],
    [plaintext.length - 1, 1],
  ])("reads from %i on %i bytes, from a file and from memory", async (offset, length) => {
    const shipped = await shipPart()
    for (const source of [fileSource(shipped.model), bytesSource(shipped.bytes)]) {
      const model = await openShipped(shipped, cryptography(), source)
      const target = new Uint8Array(length).fill(7)
      const told: number[] = []
      await partOf(model).read(offset, target, { onProgress: (done, total) => told.push(done, total) })
      expect(same(target, plaintext.subarray(offset, offset + length))).toBe(true)
      if (length > 0) expect(told.slice(-2)).toEqual([length, length])
      expect(told.filter((_, i) => i % 2 === 0)).toEqual(told.filter((_, i) => i % 2 === 0).sort((a, b) => a - b))
    }
  })

  it("gives chunks and streams", async () => {
    const model = await openShipped(await shipPart(), cryptography())
    const pieces: Uint8Array[] = []
    for await (const chunk of partOf(model).chunks()) pieces.push(chunk.slice())
    expect(same(Buffer.concat(pieces), plaintext)).toBe(true)
  })

  it("refuses flipped bits, names the first such segment, and leaves zeros", async () => {
    const shipped = await shipPart()
    for (const index of [7, 3, 5]) await flip(shipped.model, await offsetOf(shipped, index))
    const model = await openShipped(shipped, cryptography())
    const target = new Uint8Array(plaintext.length).fill(7)
    await expect(partOf(model).into(target)).rejects.toMatchObject({
      ...{ name: "StrongroomError", code: "segment-corrupt" },
      message: expect.stringMatching(/^Segment 3 of /),
    })
    expect(isZero(target)).toBe(true)
  })

  it("refuses a file that changes while it is read, in length or time, whatever its bytes", async () => {
    const changes: ((path: string) => Promise<void> | void)[] = [
      (path) => utimesSync(path, 1, 1),
      (path) => truncate(path, segmentSize),
      async (path) => await writeFile(path, new Uint8Array(10), { flag: "a" }),
    ]
    for (const change of changes) {
      const shipped = await shipPart()
      const changing = cryptography(() => change(shipped.model))
      const model = await openShipped(shipped, changing)
      const target = new Uint8Array(plaintext.length).fill(7)
      await expect(partOf(model).into(target)).rejects.toEqual(coded("source-changed"))
      expect(isZero(target)).toBe(true)
    }
  })

  it("refuses a file that was cut short before", async () => {
    const shipped = await shipPart()
    await truncate(shipped.model, shipped.bytes.length - 1)
    await expect(openShipped(shipped, cryptography())).rejects.toEqual(coded("truncated"))
  })

  it("stops when it is aborted, with the signal's reason, and leaves zeros", async () => {
    const shipped = await shipPart()
    const abort = new AbortController()
    const model = await openShipped(
      shipped,
      cryptography(() => abort.abort(new Error("enough"))),
    )
    const target = new Uint8Array(plaintext.length).fill(7)
    await expect(partOf(model).into(target, { signal: abort.signal })).rejects.toThrow("enough")
    expect(isZero(target)).toBe(true)
    await expect(partOf(model).into(target, { signal: abort.signal })).rejects.toThrow("enough")
  })

  it("fails when the model is closed meanwhile, and leaves zeros", async () => {
    const shipped = await shipPart()
    let closing: Promise<void> | undefined
    const model = await openShipped(
      shipped,
      cryptography(() => {
        closing = model.close()
      }),
    )
    const target = new Uint8Array(plaintext.length).fill(7)
    await expect(partOf(model).into(target)).rejects.toThrow(TypeError)
    expect(isZero(target)).toBe(true)
    await closing
  })

  it("reads through the source when the descriptor gives nothing", async () => {
    const shipped = await shipPart()
    const closed = openSync(join(await temporaryFolder(), "write-only"), "w")
    onTestFinished(() => closeSync(closed))
    const source: Source = {
      ...bytesSource(shipped.bytes),
      withDescriptor: (_offset, _length, _signal, use) => use(closed),
    }
    const model = await openShipped(shipped, cryptography(), source)
    expect(same(await partOf(model).bytes(), plaintext)).toBe(true)
  })
})

describe.runIf(hasNativeLibrary)("openSegments", () => {
  const [segments, size] = [5, 4096]

  /** Segments by node:crypto, after the specification. */
  function sealed(length = segments * size - 100, segmentSize = size, key = randomBytes(32), count = segments) {
    const target = new Uint8Array(randomBytes(length))
    const clear = target.slice()
    const [tags, digests] = [new Uint8Array(16 * count), new Uint8Array(32 * count)]
    for (let index = 0; index < count; index++) {
      const nonce = Buffer.alloc(12)
      nonce.writeUInt8(index, 10)
      nonce.writeUInt8(Number(index === count - 1), 11)
      const cipher = createCipheriv("aes-256-gcm", key, nonce)
      const segment = target.subarray(index * segmentSize, (index + 1) * segmentSize)
      segment.set(cipher.update(segment))
      cipher.final()
      tags.set(cipher.getAuthTag(), 16 * index)
      digests.set(digestOf(index, segment, tags), 32 * index)
    }
    return { key, clear, run: { first: 0, count, segments: count, segmentSize, target, tags, digests } }
  }

  function digestOf(index: number, segment: Uint8Array, tags: Uint8Array): Uint8Array {
    const number = Buffer.alloc(8)
    number.writeBigUInt64LE(BigInt(index))
    const hash = createHash("sha256").update("\x18strongroom model segment").update(number).update(segment)
    return hash.update(tags.subarray(16 * index, 16 * (index + 1))).digest()
  }

  async function openerOf(key: Uint8Array, digestPairs = true) {
    const through: NativeSegments = { job: (segments) => native.job({ ...segments, digestPairs }) }
    const cipher = await evpCryptography(evp, through).aesGcm(key)
    onTestFinished(() => cipher.close())
    if (cipher.openSegments === undefined) throw new Error("There is no native library.")
    return cipher.openSegments
  }

  it("opens what node:crypto sealed, and any run of it", async () => {
    const { key, clear, run } = sealed()
    const open = await openerOf(key)
    const { tags, digests } = run
    for (const [first, count] of [
      [0, 1],
      [1, 3],
      [4, 1],
      [0, 5],
    ] as const) {
      const target = run.target.slice(first * size, (first + count) * size)
      const part = { ...run, first, count, target }
      const tables = { tags: tags.slice(16 * first, 16 * (first + count)), digests: digests.slice(32 * first) }
      const told: number[] = []
      const outcome = await open(
        { ...part, tags: tables.tags, digests: tables.digests.slice(0, 32 * count) },
        undefined,
        (bytes) => told.push(bytes),
      )
      expect(outcome).toBe("opened")
      expect(same(target, clear.subarray(first * size, (first + count) * size))).toBe(true)
      expect(told.reduce((sum, bytes) => sum + bytes, 0)).toBe(target.length)
    }
  })

  it.each([1, 31, 32, 63, 64, 65, 95, 96, 127, 128, 129, 191, 200, 4095, 4096, 65_537, 131_072, 131_073, 1_048_576])(
    "digests two segments of %i bytes at once as one after the other",
    async (segmentSize) => {
      for (const digestPairs of [true, false]) {
        const { key, clear, run } = sealed(4 * segmentSize + Math.ceil(segmentSize / 3), segmentSize)
        const open = await openerOf(key, digestPairs)
        const target = run.target.slice()
        expect(await open({ ...run, target }, undefined)).toBe("opened")
        expect(same(target, clear)).toBe(true)
        for (let index = 0; index < segments; index++) {
          const digests = run.digests.slice()
          digests[32 * index + 31] = (digests[32 * index + 31] as number) ^ 0x80
          const failed = { failed: "digest", index }
          expect(await open({ ...run, digests, target: run.target.slice() }, undefined)).toEqual(failed)
        }
      }
    },
  )

  it("tells a digest that doesn't fit from a tag, and zeroes the segment", async () => {
    const { key, run } = sealed()
    const open = await openerOf(key)
    for (const index of [0, 2, 4]) {
      const digests = run.digests.slice()
      digests[32 * index] = (digests[32 * index] as number) ^ 1
      const target = run.target.slice()
      expect(await open({ ...run, digests, target }, undefined)).toEqual({ failed: "digest", index })
      expect(isZero(target.subarray(index * size, (index + 1) * size))).toBe(true)

      // As a publisher's mistake would be: the digest is of the tag that doesn't fit.
      const tags = run.tags.slice()
      tags[16 * index] = (tags[16 * index] as number) ^ 1
      const segment = run.target.subarray(index * size, (index + 1) * size)
      const fitting = run.digests.slice()
      fitting.set(digestOf(index, segment, tags), 32 * index)
      const other = run.target.slice()
      expect(await open({ ...run, tags, digests: fitting, target: other }, undefined)).toEqual({ failed: "tag", index })
      expect(isZero(other.subarray(index * size, (index + 1) * size))).toBe(true)
    }
  })

  it("says when a file ends early or can't be read", async () => {
    const { key, run } = sealed()
    const open = await openerOf(key)
    const path = join(await temporaryFolder(), "segments")
    await writeFile(path, run.target.subarray(0, 2 * size + 5))
    for (const [flags, index] of [
      ["r", 2],
      ["a", 0],
    ] as const) {
      const descriptor = openSync(path, flags)
      onTestFinished(() => closeSync(descriptor))
      const target = new Uint8Array(run.target.length).fill(7)
      expect(await open({ ...run, target, file: { descriptor, position: 0 } }, undefined)).toEqual({
        ...{ failed: "read", index },
      })
    }
  })

  it("refuses memory that is too short or too long for its run: native code would go beyond", async () => {
    const { key, run } = sealed()
    const open = await openerOf(key)
    const wrong = [
      { target: run.target.subarray(0, 4 * size) },
      { target: new Uint8Array(5 * size + 1) },
      { tags: run.tags.subarray(1) },
      { digests: run.digests.subarray(32) },
      { first: 1 },
      { first: -1 },
      { count: 0 },
      { segmentSize: 2 ** 31 },
    ]
    for (const change of wrong) await expect(open({ ...run, ...change }, undefined)).rejects.toThrow(RangeError)
  })

  it("asks while it goes on whether it is wanted, and takes no further segment when not", async () => {
    // More than all lanes take at once.
    const { key, run } = sealed(20 * size, size, undefined, 20)
    const abort = new AbortController()
    const afterwards: number[] = []
    const stepping: NativeSegments = {
      job(segments) {
        const job = native.job(segments)
        let told = () => {}
        const stopped = new Promise<void>((resolve) => {
          told = resolve
        })
        const open: typeof job.open = async (cipher, digest, most) => {
          await job.open(cipher, digest, 1)
          abort.abort(new Error("enough"))
          await stopped
          const opened = await job.open(cipher, digest, most)
          afterwards.push(opened)
          return opened
        }
        const stop = () => {
          job.stop()
          told()
        }
        return { ...job, open, stop }
      },
    }
    const cipher = await evpCryptography(evp, stepping).aesGcm(key)
    await expect(cipher.openSegments?.(run, abort.signal)).rejects.toThrow("enough")
    expect(afterwards.length).toBeGreaterThan(0)
    expect(afterwards.every((opened) => opened === 0)).toBe(true)
  })

  it("tells of all its bytes, once each, and while it goes on", async () => {
    const { key, run } = sealed(20 * size, size, undefined, 20)
    const told: number[] = []
    const slow: NativeSegments = {
      job(segments) {
        const job = native.job(segments)
        const open: typeof job.open = async (cipher, digest, most) => {
          let opened = 0
          for (let last = 1; last > 0; opened += last) {
            last = await job.open(cipher, digest, 1)
            await new Promise((resolve) => setTimeout(resolve, 50))
          }
          return Math.min(opened, most)
        }
        return { ...job, open }
      },
    }
    const cipher = await evpCryptography(evp, slow).aesGcm(key)
    expect(await cipher.openSegments?.(run, undefined, (bytes) => void told.push(bytes))).toBe("opened")
    expect(told.reduce((sum, bytes) => sum + bytes, 0)).toBe(run.target.length)
    expect(told.every((bytes) => bytes > 0)).toBe(true)
    expect(told.length).toBeGreaterThan(1)
  })

  it("frees every context and with it the key, whatever happens", async () => {
    const held = new Set<bigint>()
    let made = 0
    const counting: Evp = {
      ...evp,
      cipherNew: () => noted(evp.cipherNew()),
      digestNew: () => noted(evp.digestNew()),
      cipherFree: (context) => evp.cipherFree(dropped(context)),
      digestFree: (context) => evp.digestFree(dropped(context)),
      digestInit(context, digest) {
        if (failing) throw new Error("no")
        evp.digestInit(context, digest)
      },
    }
    let failing = false
    function noted(context: bigint) {
      made++
      held.add(context)
      return context
    }
    function dropped(context: bigint) {
      expect(held.delete(context)).toBe(true)
      return context
    }
    const { key, run } = sealed()
    const cipher = await evpCryptography(counting, native).aesGcm(key)
    const open = cipher.openSegments
    await open?.({ ...run, target: run.target.slice() }, undefined)
    expect(made).toBe(2 * Math.min(3, availableParallelism()))
    await open?.({ ...run, digests: new Uint8Array(32 * segments), target: run.target.slice() }, undefined)
    failing = true
    await expect(open?.(run, undefined)).rejects.toThrow("no")
    expect(held.size).toBe(0)
    cipher.close()
    await expect(open?.(run, undefined)).rejects.toThrow(TypeError)
  })
})
