import { describe, expect, it } from "vitest"
import { addTimes, decodeTimes, encodeTimes, type Times } from "../../../src/engine/tuning/times.js"

const encoded = (value: unknown) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value))

describe("times that were measured", () => {
  it("are found as they were kept", () => {
    const times: Times = new Map([["a convolution", { "sums 14": 12.5, "winograd-whole 7": 9 }]])
    expect(decodeTimes(encodeTimes(times) as Uint8Array)).toEqual(times)
  })

  it.each([
    ["nothing", ""],
    ["no JSON", '{"a": {'],
    ["a list", [1]],
    ["a number", 1],
    ["null", null],
    ["no text", "\ud800"],
    ["numbers of no candidates", { a: 1, b: {}, c: [2], d: null }],
    ["no times", { a: { sums: 0 }, b: { sums: -1 }, c: { sums: "1" }, d: { sums: null } }],
  ])("are none where there is %s", (_, kept) => {
    expect(decodeTimes(encoded(kept)).size).toBe(0)
  })

  it("are those that are times, beside others that aren't", () => {
    expect(decodeTimes(encoded({ a: { sums: 1 }, b: { sums: 1, whole: "2" } }))).toEqual(new Map([["a", { sums: 1 }]]))
  })

  it("don't change what every object has", () => {
    const times = decodeTimes(encoded('{"__proto__": {"sums": 1}, "a": {"__proto__": 1, "sums": 2}}'))
    expect(Object.prototype).not.toHaveProperty("sums")
    expect(times.get("a")).toMatchObject({ sums: 2 })
  })

  it("are of the last questions, if there are too many, and never more than a MiB", () => {
    const times: Times = new Map()
    for (let index = 0; index < 5000; index++) addTimes(times, String(index), { sums: 1 })
    expect(times.size).toBe(4096)
    expect([times.has("903"), times.has("904")]).toEqual([false, true])
    addTimes(times, "a".repeat(2 ** 20), { sums: 1 })
    expect(encodeTimes(times)).toBeUndefined()
    expect(decodeTimes(encoded(Object.fromEntries(times))).size).toBe(0)
  })
})
