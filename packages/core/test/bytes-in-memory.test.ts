import { describe, expect, it } from "vitest"
import { inLanes, lanesFor } from "../src/parallel.js"
import { bytesSource } from "../src/source/bytes.js"
import { memorySink } from "../src/source/memory-sink.js"
import { codeOf } from "./support/error-code.js"

describe("bytesSource", () => {
  it("reads within its bytes, and no further", async () => {
    const source = bytesSource(Uint8Array.of(1, 2, 3))
    expect(await source.byteLength()).toBe(3)
    const target = new Uint8Array(2)
    await source.read(1, target)
    expect(target).toEqual(Uint8Array.of(2, 3))
    expect(await codeOf(() => source.read(2, target))).toBe("truncated")
    await source.read(3, new Uint8Array(0))
    await expect(source.read(-1, target)).rejects.toThrow(RangeError)
    await expect(source.read(0, target, AbortSignal.abort(new Error("no")))).rejects.toThrow("no")
    await source.close()
    await source.close()
  })

  it("wants bytes", () => {
    expect(() => bytesSource("text" as unknown as Uint8Array)).toThrow(TypeError)
  })
})

describe("memorySink", () => {
  it("puts pieces in place, in any order", async () => {
    const sink = memorySink()
    await sink.write(5, Uint8Array.of(5))
    await sink.write(0, Uint8Array.of(0, 1))
    await sink.write(1, Uint8Array.of(9, 2))
    expect(() => sink.bytes()).toThrow(TypeError)
    await sink.commit()
    expect(sink.bytes()).toEqual(Uint8Array.of(0, 9, 2, 0, 0, 5))
    await sink.abort()
    expect(sink.bytes().length).toBe(6)
    await expect(sink.write(0, Uint8Array.of(1))).rejects.toThrow(TypeError)
  })

  it("has nothing after an abort", async () => {
    const sink = memorySink()
    await sink.write(0, Uint8Array.of(1))
    await sink.abort()
    await sink.abort()
    expect(() => sink.bytes()).toThrow(TypeError)
    await expect(sink.commit()).rejects.toThrow(TypeError)
  })
})

describe("inLanes", () => {
  it("keeps to its lanes, and runs everything once", async () => {
    const busy = new Set<number>()
    const done: number[] = []
    await inLanes(50, 3, async (index, lane) => {
      expect(busy.has(lane)).toBe(false)
      busy.add(lane)
      await new Promise((resolve) => setTimeout(resolve, index % 3))
      busy.delete(lane)
      done.push(index)
    })
    expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i))
  })

  it("throws the failure of the lowest index, when all under way has ended", async () => {
    let running = 0
    const task = async (index: number) => {
      running++
      await new Promise((resolve) => setTimeout(resolve, 10 - index))
      running--
      throw new Error(`${index}`)
    }
    await expect(inLanes(50, 4, task)).rejects.toThrow("0")
    expect(running).toBe(0)
  })

  it("starts nothing after an abort", async () => {
    const reason = new Error("enough")
    const controller = new AbortController()
    let started = 0
    const task = async () => {
      started++
      controller.abort(reason)
    }
    await expect(inLanes(50, 1, task, controller.signal)).rejects.toBe(reason)
    expect(started).toBe(1)
  })

  it.each([
    [4096, 4],
    [2 ** 20, 4],
    [2 ** 21, 4],
    [2 ** 22, 2],
    [2 ** 23, 1],
    [2 ** 24, 1],
  ])("has for segments of %i bytes %i lanes", (segmentSize, lanes) => {
    expect(lanesFor(segmentSize)).toBe(lanes)
  })
})
