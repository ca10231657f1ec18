import { describe, expect, it } from "vitest"
import { firstRuns } from "../src/app/first-runs.js"

describe("firstRuns", () => {
  it("counts the first run of each shape, while it lasts and when it is done", async () => {
    const runs = firstRuns()
    let finish = () => {}
    const first = runs.watch("detector 1x3", () => new Promise<void>((resolve) => (finish = resolve)))
    expect(runs.readiness()).toEqual({ making: 1, made: 0 })
    finish()
    await first
    expect(await runs.watch("detector 1x3", async () => 5)).toBe(5)
    expect(runs.readiness()).toEqual({ making: 0, made: 1 })
    await runs.watch("detector 1x4", async () => {})
    expect(runs.readiness()).toEqual({ making: 0, made: 2 })
  })

  it("takes one that failed for a first run again", async () => {
    const runs = firstRuns()
    await expect(runs.watch("x", () => Promise.reject(new Error("failed")))).rejects.toThrow("failed")
    expect(runs.readiness()).toEqual({ making: 0, made: 0 })
    await runs.watch("x", async () => {})
    expect(runs.readiness()).toEqual({ making: 0, made: 1 })
  })
})
