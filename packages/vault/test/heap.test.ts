import koffi from "koffi"
import { afterEach, beforeAll, describe, expect, it } from "vitest"
import { type Heap, loadHeap } from "../src/os/heap.js"
import { freedMemory } from "../src/worker/freed-memory.js"
import { findEngineWiped } from "../src/worker/memory-findings.js"

const isGnu =
  process.platform === "linux" && "glibcVersionRuntime" in (process.report.getReport() as { header: object }).header

const pageSize = 4096

describe.runIf(isGnu)("the C library's heap", () => {
  let heap: Heap
  let malloc: (byteLength: number) => bigint
  let free: (address: bigint) => void
  beforeAll(async () => {
    const loaded = await loadHeap()
    if (!loaded) throw new Error("there is no heap")
    heap = loaded
    const library = koffi.load(null)
    const allocate = library.func("uint64_t malloc(size_t length)") as unknown as (length: number) => bigint | number
    malloc = (byteLength) => BigInt(allocate(byteLength))
    free = library.func("void free(uint64_t address)") as unknown as (address: bigint) => void
  })
  afterEach(() => heap.overwriteFreed(false))

  const byteLength = 100_000
  const count = 16
  const mark = 0xa5

  /**
   * Fills pieces of the heap, frees every other one, so that what is free stays in pieces, and looks at those, when
   * `afterwards` has been called: the share of their bytes that are as they were.
   */
  function shareLeft(afterwards: () => void): number {
    const addresses = Array.from({ length: 2 * count }, () => malloc(byteLength))
    const views = addresses.map((address) => new Uint8Array(koffi.view(address, byteLength)).fill(mark))
    for (let index = 0; index < addresses.length; index += 2) free(addresses[index] as bigint)
    afterwards()
    // Nothing is allocated meanwhile, which would be in their place.
    let left = 0
    for (let index = 0; index < views.length; index += 2) {
      const view = views[index] as Uint8Array
      for (let at = 0; at < byteLength; at++) left += Number(view[at] === mark)
    }
    for (let index = 1; index < addresses.length; index += 2) free(addresses[index] as bigint)
    return left / (count * byteLength)
  }

  it("leaves what is freed as it is", () => {
    expect(shareLeft(() => {})).toBeGreaterThan(0.9)
  })

  it("overwrites it when it is told to, until it is told not to", () => {
    heap.overwriteFreed(true)
    expect(shareLeft(() => {})).toBeLessThan(0.001)
    heap.overwriteFreed(false)
    expect(shareLeft(() => {})).toBeGreaterThan(0.9)
  })

  it("gives whole free pages back, which are zeros then", () => {
    expect(shareLeft(heap.trim)).toBeLessThan((2 * pageSize) / byteLength)
  })
})

describe("what is freed", () => {
  it("is overwritten until the last of those that want it has done", async () => {
    const calls: (boolean | "trim")[] = []
    const freed = freedMemory(
      Promise.resolve({ overwriteFreed: (on: boolean) => void calls.push(on), trim: () => void calls.push("trim") }),
    )
    await Promise.resolve()
    const [first, second] = [freed.overwrite(), freed.overwrite()]
    first()
    expect(calls).toEqual([true])
    second()
    freed.giveBack()
    expect(calls).toEqual([true, false, "trim"])
  })

  it("is left where there is no such heap, and the report says so", async () => {
    const freed = freedMemory(Promise.resolve(undefined))
    await Promise.resolve()
    freed.overwrite()()
    freed.giveBack()
    expect(findEngineWiped(false)).toMatchObject({ state: "unavailable", evidence: { freed: "left" } })
    expect(findEngineWiped(true)).toMatchObject({ state: "unavailable", evidence: { freed: "overwritten" } })
  })
})
