import { openSuite, programWriter, reference, type TestBody, testBackend } from "@strongroom/testkit"
import { afterEach, describe, expect, it, vi } from "vitest"

/** A runner that only remembers its tests. */
function recorder() {
  const tests = new Map<string, TestBody>()
  const runner = {
    describe: (_: string, body: () => void) => body(),
    it: (title: string, body: TestBody) => void tests.set(title.split(":")[0] ?? title, body),
  }
  return {
    runner,
    titles: () => [...tests.keys()],
    run: (title: string, self: unknown = undefined, ...context: unknown[]) => {
      const body = tests.get(title)
      if (body === undefined) throw new Error(`There is no test "${title}".`)
      return body.apply(self, context)
    },
  }
}

const little = () => reference({ types: ["float32"] })

describe("testBackend", () => {
  afterEach(() => vi.restoreAllMocks())
  const recorded = (run: number, skipped: number) => {
    const recording = recorder()
    const { runner } = recording
    testBackend({ ...runner, create: little, writers: [programWriter], cases: { run, skipped } })
    return recording
  }

  it("declares bodies that mocha doesn't take for callback tests", () => {
    const lengths: number[] = []
    const remember = (_: string, body: TestBody) => void lengths.push(body.length)
    testBackend({ describe: (_, body) => body(), it: remember, create: little, cases: { run: 1, skipped: 0 } })
    expect(new Set(lengths)).toEqual(new Set([0]))
  })

  it("tells the runner of a gap, by the context or by `this`, and of nothing else", async () => {
    const { run } = recorded(0, 0)
    vi.spyOn(console, "log").mockImplementation(() => undefined)
    for (const place of ["context", "this"]) {
      const skip = vi.fn()
      const own = { skip }
      const give = place === "context" ? [undefined, own] : [own, undefined]
      await run("types/float32", ...(give as [unknown, unknown]))
      expect(skip).not.toHaveBeenCalled()
      await run("types/int64", ...(give as [unknown, unknown]))
      expect(skip).toHaveBeenCalledOnce()
    }
    await run("counts its cases").catch(() => undefined)
  })

  it("fails when the numbers aren't those that are pinned, and prints the gaps", async () => {
    const print = vi.spyOn(console, "log").mockImplementation(() => undefined)
    const good = recorded(1, 1)
    await good.run("types/float32")
    await good.run("types/int64")
    await good.run("counts its cases")
    expect(print.mock.calls).toEqual([["reference: 1 cases run, 1 declared gaps: types/int64"]])
    const bad = recorded(2, 0)
    await bad.run("types/float32")
    await bad.run("types/int64")
    await expect(bad.run("counts its cases")).rejects.toThrow("Expected")
  })

  it("has one test for each case, and one that counts", () => {
    expect(new Set(recorded(0, 0).titles()).size).toBe(66)
  })

  it("has those cases alone that are named, and none that there isn't", () => {
    const recording = recorder()
    const options = { ...recording.runner, create: little, cases: { run: 0, skipped: 0 } }
    testBackend({ ...options, only: ["values/add", "types/float32"] })
    expect(recording.titles()).toEqual(["types/float32", "values/add", "counts its cases"])
    expect(() => testBackend({ ...options, only: ["values/ad"] })).toThrow(RangeError)
  })

  it("refuses a backend for whose models it has no writer", async () => {
    await expect(openSuite(little, [])).rejects.toThrow("Nobody here writes models of kind file")
  })
})
