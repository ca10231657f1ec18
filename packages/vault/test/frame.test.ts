import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { encodeFrame, type Frame, frameLimits, frameReader } from "../src/channel/frame.js"

function join(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces))
}

function blocksOf(frame: Frame | undefined): number[][] {
  return frame?.blocks.map((block) => [...new Uint8Array(block)]) ?? []
}

/** Feeds `bytes` as a socket does that reads into the reader's own memory, at most `step` at a time. */
function feed(reader: ReturnType<typeof frameReader>, bytes: Uint8Array, step: number): void {
  for (let at = 0; at < bytes.length; ) {
    const target = reader.target()
    const count = Math.min(step, target.length, bytes.length - at)
    target.set(bytes.subarray(at, at + count))
    reader.advance(count)
    at += count
  }
}

const frame = fc.record({
  metadata: fc.object(),
  blocks: fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }),
})

describe("frames", () => {
  it.each(["push", "target"] as const)("come out whole however they are cut (%s)", (way) => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 4 }), fc.integer({ min: 1, max: 97 }), (frames, step) => {
        const received: Frame[] = []
        const reader = frameReader((one) => received.push(one))
        const bytes = join(frames.flatMap(({ metadata, blocks }) => encodeFrame(metadata, blocks)))
        if (way === "target") feed(reader, bytes, step)
        else for (let at = 0; at < bytes.length; at += step) reader.push(bytes.subarray(at, at + step))
        expect(received.map(({ metadata }) => metadata)).toEqual(
          frames.map((one) => JSON.parse(JSON.stringify(one.metadata))),
        )
        expect(received.map(blocksOf)).toEqual(frames.map(({ blocks }) => blocks.map((block) => [...block])))
      }),
      { numRuns: 200 },
    )
  })

  it.each([65_535, 65_536, 65_537, 1_000_003])("of a block of %i bytes are read into its final buffer", (length) => {
    const block = Uint8Array.from({ length }, (_, index) => index * 31)
    const received: Frame[] = []
    const reader = frameReader((one) => received.push(one))
    const bytes = join([...encodeFrame({ a: 1 }, [block, new Uint8Array(0)]), ...encodeFrame({ b: 2 })])
    feed(reader, bytes, 200_000)
    expect(received.map(({ metadata }) => metadata)).toEqual([{ a: 1 }, { b: 2 }])
    expect(received[0]?.blocks.map(({ byteLength }) => byteLength)).toEqual([length, 0])
    expect(Buffer.from(received[0]?.blocks[0] ?? new ArrayBuffer(0)).equals(block)).toBe(true)
  })

  it("give large blocks to be written without a copy", () => {
    const block = new Uint8Array(100_000)
    expect(encodeFrame({}, [block])[1]).toBe(block)
  })

  const head = (magic: number, blocks: number, metadata: number) =>
    new Uint8Array(Uint32Array.of(magic, blocks, metadata).buffer)
  const magic = 0x31465253
  const malformed: [string, Uint8Array][] = [
    ["another magic", head(magic + 1, 0, 2)],
    ["too many blocks", head(magic, frameLimits.blocks + 1, 2)],
    ["too much metadata", head(magic, 0, frameLimits.metadataBytes + 1)],
    ["a block too long", join([head(magic, 1, 2), new Uint8Array(BigUint64Array.of(2n ** 32n).buffer)])],
    ["text that isn't JSON", join([head(magic, 0, 2), new TextEncoder().encode("{]")])],
    ["no text", head(magic, 0, 0)],
    ["bytes that aren't UTF-8", join([head(magic, 0, 3), Uint8Array.of(0x22, 0xff, 0x22)])],
  ]
  it.each(malformed)("with %s are refused", (_, bytes) => {
    const reader = frameReader(() => {})
    expect(() => reader.push(bytes)).toThrow(expect.objectContaining({ code: "channel-invalid" }))
  })

  it("over the limits aren't sent", () => {
    const blocks = new Array(frameLimits.blocks + 1).fill(new Uint8Array(0))
    expect(() => encodeFrame({}, blocks)).toThrow(RangeError)
  })
})
