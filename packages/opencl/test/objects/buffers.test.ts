import { describe, expect, it } from "vitest"
import { OpenCLError } from "../../src/objects/index.js"
import { context, device, queue, thrown } from "./fixture.js"

const numbers = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8)

describe("a buffer", () => {
  it("starts with a copy of host memory", async () => {
    const content = numbers.slice()
    using buffer = context.createBuffer(content)
    content.fill(0)
    expect(buffer.byteLength).toBe(32)
    expect(await buffer.read(queue, new Float32Array(8))).toEqual(numbers)
  })

  it("takes and gives every kind of host memory", async () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, index) => index * 3)
    using buffer = context.createBuffer(16)
    const shared = new SharedArrayBuffer(16)
    new Uint8Array(shared).set(bytes)
    const inside = new Uint8Array(48)
    inside.set(bytes, 8)
    const sources = [
      bytes,
      bytes.buffer,
      shared,
      new DataView(bytes.buffer),
      new BigInt64Array(bytes.buffer),
      inside.subarray(8, 24),
      Buffer.from(bytes),
    ]
    for (const source of sources) {
      buffer.writeSync(queue, new Uint8Array(16))
      await buffer.write(queue, source)
      expect(buffer.readSync(queue, new Uint8Array(16))).toEqual(bytes)
    }
    const targets = [
      new ArrayBuffer(16),
      new SharedArrayBuffer(16),
      new DataView(new ArrayBuffer(16)),
      new Float64Array(2),
    ]
    for (const target of targets) {
      expect(await buffer.read(queue, target)).toBe(target)
      expect(new Uint8Array(ArrayBuffer.isView(target) ? target.buffer : target)).toEqual(bytes)
    }
  })

  it("is read and written in part, also not awaited", async () => {
    using buffer = context.createBuffer(numbers)
    buffer.writeSync(queue, Float32Array.of(-1, -2), { offset: 8 })
    using event = buffer.enqueueWrite(queue, Float32Array.of(-5), { offset: 28 })
    const into = new Float32Array(6)
    using read = buffer.enqueueRead(queue, into, { offset: 8, after: event })
    await read.finished
    expect(into).toEqual(Float32Array.of(-1, -2, 5, 6, 7, -5))
  })

  it("is filled, whole and in part", async () => {
    using buffer = context.createBuffer(16)
    buffer.enqueueFill(queue, Uint8Array.of(7))
    buffer.enqueueFill(queue, Uint16Array.of(0x0102, 0x0304), { offset: 4, byteLength: 8 })
    expect(await buffer.read(queue, new Uint8Array(16))).toEqual(
      Uint8Array.of(7, 7, 7, 7, 2, 1, 4, 3, 2, 1, 4, 3, 7, 7, 7, 7),
    )
  })

  it("is copied to another, and within itself", async () => {
    using from = context.createBuffer(numbers)
    using to = context.createBuffer(new Float32Array(8))
    from.enqueueCopy(queue, to, { offset: 4, byteLength: 8, toOffset: 16 })
    from.enqueueCopy(queue, from, { offset: 0, byteLength: 16, toOffset: 16 })
    expect(await to.read(queue, new Float32Array(8))).toEqual(Float32Array.of(0, 0, 0, 0, 2, 3, 0, 0))
    expect(await from.read(queue, new Float32Array(8))).toEqual(Float32Array.of(1, 2, 3, 4, 1, 2, 3, 4))
  })

  it("has parts that are buffers", async () => {
    const { subBufferAlignment: at } = device
    using buffer = context.createBuffer(new Uint8Array(2 * at))
    const part = buffer.subBuffer({ offset: at, byteLength: 4 })
    part.writeSync(queue, Uint8Array.of(1, 2, 3, 4))
    expect(part.byteLength).toBe(4)
    expect(buffer.readSync(queue, new Uint8Array(6), { offset: at - 1 })).toEqual(Uint8Array.of(0, 1, 2, 3, 4, 0))
    expect(thrown(() => buffer.subBuffer({ offset: 1 }))).toMatchObject({ code: "MISALIGNED_SUB_BUFFER_OFFSET" })
    buffer.release()
    expect(part.released).toBe(true)
  })

  it("has rectangles that are written, copied and read", async () => {
    // Six columns, four rows; the host has three columns with a gap of one.
    using buffer = context.createBuffer(new Uint8Array(24))
    const host = Uint8Array.of(1, 2, 3, 0, 4, 5, 6, 0)
    const inside = { origin: [2, 1], rowPitch: 6 } as const
    using written = buffer.enqueueWriteRectangle(queue, host, { region: [3, 2], buffer: inside, host: { rowPitch: 4 } })
    await written.finished
    expect(buffer.readSync(queue, new Uint8Array(24))).toEqual(
      Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 4, 5, 6, 0, 0, 0, 0, 0, 0, 0),
    )
    using other = context.createBuffer(new Uint8Array(8))
    buffer.enqueueCopyRectangle(queue, other, { region: [2, 2], from: inside, to: { origin: [1, 0], rowPitch: 4 } })
    expect(await other.read(queue, new Uint8Array(8))).toEqual(Uint8Array.of(0, 1, 2, 0, 0, 4, 5, 0))
    const into = new Uint8Array(6)
    using read = buffer.enqueueReadRectangle(queue, into, { region: [3, 2], buffer: inside })
    await read.finished
    expect(into).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6))
  })

  it("has boxes", async () => {
    const content = Uint8Array.from({ length: 27 }, (_, index) => index)
    using buffer = context.createBuffer(content)
    const into = new Uint8Array(8)
    const corner = { origin: [1, 1, 1], rowPitch: 3, slicePitch: 9 } as const
    using read = buffer.enqueueReadRectangle(queue, into, { region: [2, 2, 2], buffer: corner })
    await read.finished
    expect(into).toEqual(Uint8Array.of(13, 14, 16, 17, 22, 23, 25, 26))
  })
})

describe("a mapped region", () => {
  it("reads, and writes when it is unmapped", async () => {
    using buffer = context.createBuffer(numbers)
    using region = await buffer.map(queue, { offset: 8, byteLength: 16 })
    expect(region.byteLength).toBe(16)
    const view = new Float32Array(region.bytes)
    expect(view).toEqual(Float32Array.of(3, 4, 5, 6))
    view[1] = 40
    using unmapped = region.enqueueUnmap()
    await unmapped.finished
    expect(buffer.readSync(queue, new Float32Array(8))).toEqual(Float32Array.of(1, 2, 3, 40, 5, 6, 7, 8))
  })

  it("detaches its ArrayBuffer, with every view of it, and throws afterwards", () => {
    using buffer = context.createBuffer(numbers)
    const region = buffer.mapSync(queue)
    const { bytes } = region
    const view = new Float32Array(bytes)
    expect(region.bytes).toBe(bytes)
    region.release()
    expect([bytes.byteLength, view.length]).toEqual([0, 0])
    expect(view[0]).toBeUndefined()
    expect(thrown(() => region.bytes)).toBeInstanceOf(TypeError)
    expect(thrown(() => region.enqueueUnmap())).toBeInstanceOf(TypeError)
    region.release()
  })

  it("goes with its buffer", () => {
    const buffer = context.createBuffer(numbers)
    const region = buffer.mapSync(queue)
    const { bytes } = region
    buffer.release()
    expect(region.released).toBe(true)
    expect(bytes.byteLength).toBe(0)
  })

  it("outlives the queue that it was mapped by", async () => {
    using buffer = context.createBuffer(numbers)
    const other = context.createQueue()
    const region = await buffer.map(other, { access: "read-write" })
    new Float32Array(region.bytes)[0] = 10
    other.release()
    region.release()
    await queue.finish()
    expect(buffer.readSync(queue, new Float32Array(1))).toEqual(Float32Array.of(10))
  })

  it("can be mapped again, and only once at a time in a way that writes", async () => {
    using buffer = context.createBuffer(numbers)
    for (let time = 0; time < 3; time += 1) {
      using region = buffer.mapSync(queue, { access: time === 1 ? "overwrite" : "read" })
      if (time === 1) new Float32Array(region.bytes).fill(9)
      else expect(new Float32Array(region.bytes)[7]).toBe(time === 0 ? 8 : 9)
    }
    expect(buffer.readSync(queue, new Float32Array(8))).toEqual(new Float32Array(8).fill(9))
  })
})

describe("a buffer refuses", () => {
  const buffer = context.createBuffer(numbers)

  it.each([0, -1, 1.5, Number.NaN, 2 ** 53])("%s bytes", (byteLength) => {
    expect(thrown(() => context.createBuffer(byteLength))).toBeInstanceOf(RangeError)
  })

  it("more memory than there is, and says how much was asked for", () => {
    const asked = 2 ** 50
    const error = thrown(() => context.createBuffer(asked))
    expect(error).toBeInstanceOf(OpenCLError)
    expect(error.message).toContain(`${asked} bytes were asked for`)
    expect(["INVALID_BUFFER_SIZE", "MEM_OBJECT_ALLOCATION_FAILURE"]).toContain((error as OpenCLError).code)
  })

  it.each([
    ["read past its end", () => buffer.readSync(queue, new Uint8Array(33))],
    ["write past its end", () => buffer.writeSync(queue, new Uint8Array(32), { offset: 1 })],
    ["read before its start", () => buffer.readSync(queue, new Uint8Array(1), { offset: -1 })],
    ["an offset that isn't an integer", () => buffer.readSync(queue, new Uint8Array(1), { offset: 0.5 })],
    ["nothing", () => buffer.readSync(queue, new Uint8Array(0))],
    ["a fill past its end", () => buffer.enqueueFill(queue, Uint8Array.of(1), { offset: 32 })],
    ["a pattern of three bytes", () => buffer.enqueueFill(queue, new Uint8Array(3))],
    ["a fill that isn't a multiple of its pattern", () => buffer.enqueueFill(queue, new Uint8Array(4), { offset: 2 })],
    ["a copy onto itself", () => buffer.enqueueCopy(queue, buffer, { byteLength: 8, toOffset: 4 })],
    ["a part past its end", () => buffer.subBuffer({ offset: 0, byteLength: 33 })],
    ["a rectangle past its end", () => buffer.enqueueReadRectangle(queue, new Uint8Array(99), { region: [8, 5] })],
    [
      "a rectangle past the host's end",
      () => buffer.enqueueReadRectangle(queue, new Uint8Array(7), { region: [4, 2] }),
    ],
    [
      "a row pitch shorter than a row",
      () => buffer.enqueueReadRectangle(queue, new Uint8Array(8), { region: [4, 2], host: { rowPitch: 3 } }),
    ],
    ["a map past its end", () => buffer.mapSync(queue, { offset: 16, byteLength: 17 })],
  ])("%s, by a RangeError", (_, action) => {
    expect(thrown(action)).toBeInstanceOf(RangeError)
  })

  it.each([null, undefined, [1, 2], "text", {}, 5n])("%o as host memory", async (wrong) => {
    expect(thrown(() => buffer.readSync(queue, wrong as never))).toBeInstanceOf(TypeError)
    await expect(buffer.write(queue, wrong as never)).rejects.toBeInstanceOf(TypeError)
  })

  it.each([null, undefined, {}, 1n, context])("%o as a queue", (wrong) => {
    expect(thrown(() => buffer.readSync(wrong as never, new Uint8Array(1)))).toBeInstanceOf(TypeError)
  })

  it("words that it doesn't know", () => {
    expect(() => context.createBuffer(1, { access: "none" as never })).toThrow(
      "access is one of read-write, read-only, write-only, not none.",
    )
    expect(thrown(() => buffer.mapSync(queue, { access: "execute" as never }))).toBeInstanceOf(TypeError)
    expect(thrown(() => context.createBuffer(1, { access: "toString" as never }))).toBeInstanceOf(TypeError)
  })
})

/** TypeScript's library for ES2023 doesn't know of it; Node 20 does. */
function resizable(byteLength: number): ArrayBuffer {
  return Reflect.construct(ArrayBuffer, [byteLength, { maxByteLength: 4 * byteLength }])
}

describe("host memory", () => {
  it("that was transferred away before is an error", async () => {
    using buffer = context.createBuffer(16)
    const memory = new Uint8Array(16)
    structuredClone(memory.buffer, { transfer: [memory.buffer] })
    await expect(buffer.read(queue, memory)).rejects.toThrow("was transferred away: it has no bytes any more")
    expect(thrown(() => buffer.readSync(queue, memory))).toBeInstanceOf(TypeError)
  })

  it("that is transferred away meanwhile is an error afterwards", async () => {
    using buffer = context.createBuffer(1 << 20)
    using gate = context.createUserEvent()
    const memory = new Uint8Array(1 << 20)
    const reading = buffer.read(queue, memory, { after: gate })
    const moved = structuredClone(memory.buffer, { transfer: [memory.buffer] })
    gate.complete()
    await expect(reading).rejects.toThrow("was transferred away while the device used it")
    expect(moved.byteLength).toBe(1 << 20)
  })

  it("that could shrink isn't lent to a device", async () => {
    using buffer = context.createBuffer(16)
    const memory = new Uint8Array(resizable(16))
    await expect(buffer.read(queue, memory)).rejects.toThrow("A resizable ArrayBuffer could shrink")
    expect(buffer.readSync(queue, memory)).toBe(memory)
  })
})
