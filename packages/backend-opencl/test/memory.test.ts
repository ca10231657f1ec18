import { StrongroomError } from "@strongroom/core"
import { type Context, OpenCLError } from "@strongroom/opencl/objects"
import { describe, expect, it } from "vitest"
import { allocate } from "../src/allocate.js"
import type { Plan } from "../src/bundle/plan.js"
import { planCache } from "../src/bundle/plan-cache.js"

// No driver here refuses memory in time: PoCL 3.1 takes it when it is first used, and ends the process where there is none.

/** A context of a device with buffers of at most 100 bytes, whose driver answers so. */
function context(createBuffer: (byteLength: number) => unknown): Context {
  return { devices: [{ largestBuffer: 100 }], createBuffer } as never
}

describe("memory of the device", () => {
  it("is asked for as it is, and one byte for none", () => {
    const asked: number[] = []
    for (const byteLength of [0, 1, 100])
      allocate(
        context((bytes) => asked.push(bytes)),
        byteLength,
      )
    expect(asked).toEqual([1, 1, 100])
  })

  it("that is more than the device's buffers have isn't asked for", () => {
    const asking = () =>
      allocate(
        context(() => expect.unreachable()),
        101,
      )
    expect(asking).toThrow(
      expect.objectContaining({
        code: "out-of-memory",
        message: "A buffer of 101 bytes was asked for, and the OpenCL device's have at most 100.",
      }),
    )
  })

  it.each(["MEM_OBJECT_ALLOCATION_FAILURE", "OUT_OF_RESOURCES", "OUT_OF_HOST_MEMORY"] as const)(
    "that there isn't is out-of-memory, with the bytes asked for: %s",
    (code) => {
      const refuse = () => {
        throw new OpenCLError(code, "secret")
      }
      expect(() => allocate(context(refuse), 64)).toThrow(
        expect.objectContaining({
          code: "out-of-memory",
          message: `The OpenCL device has no room (CL_${code}). A buffer of 64 bytes was asked for.`,
        }),
      )
    },
  )

  it("that is refused for another reason is the driver's own error", () => {
    const error = new OpenCLError("INVALID_VALUE", "secret")
    const refuse = () => {
      throw error
    }
    expect(() => allocate(context(refuse), 64)).toThrow(error)
  })
})

describe("plans", () => {
  /** Plans that say when they are released. */
  function planned() {
    const released: string[] = []
    const plan = (key: string) => (): Plan =>
      ({ release: () => void released.push(key) }) satisfies Pick<Plan, "release"> as unknown as Plan
    return { released, plan }
  }

  it("are made once, for the four shapes used last", () => {
    const { released, plan } = planned()
    const cache = planCache()
    const news = [..."abcdaebfa"].map((key) => cache.get(key, plan(key)).isNew)
    expect(news).toEqual([true, true, true, true, false, true, true, true, false])
    expect(released).toEqual(["b", "c", "d"])
    cache.release()
    cache.release()
    expect(released).toEqual(["b", "c", "d", "e", "b", "f", "a"])
  })

  it("for other shapes make room where memory is short", () => {
    const { released, plan } = planned()
    const cache = planCache()
    cache.get("a", plan("a"))
    cache.get("b", plan("b"))
    const short = () => {
      if (released.length === 0) throw new StrongroomError("out-of-memory", "There is none.")
      return plan("c")()
    }
    expect(cache.get("c", short).isNew).toBe(true)
    expect(released).toEqual(["a", "b"])
    expect(cache.get("a", plan("a")).isNew).toBe(true)
  })

  it("that can't be made aren't kept, nor tried twice for nothing", () => {
    const { plan } = planned()
    const cache = planCache()
    let tried = 0
    const fail = (code: "out-of-memory" | "backend-failed") => () => {
      tried += 1
      throw new StrongroomError(code, "No.")
    }
    expect(() => cache.get("a", fail("out-of-memory"))).toThrow("No.")
    expect(tried).toBe(1)
    cache.get("b", plan("b"))
    expect(() => cache.get("a", fail("backend-failed"))).toThrow("No.")
    expect(tried).toBe(2)
    expect(() => cache.get("a", fail("out-of-memory"))).toThrow("No.")
    expect(tried).toBe(4)
    expect(cache.get("a", plan("a")).isNew).toBe(true)
  })
})
