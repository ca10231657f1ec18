import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, it } from "vitest"
import { differences, type Figure, mediansOf } from "../src/figure.js"
import { record } from "../src/record.js"

let folder = ""
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "strongroom-record-"))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const about = { peer: "the plain file", unit: "ms" } as const
const steady: Figure = { ...about, name: "steady", ...mediansOf([10.123456, 11, 12], [20, 21, 22]) }
const disturbed: Figure = {
  ...about,
  name: "disturbed",
  ...mediansOf([10, 10, 20, 20], 30),
  runs: 1200,
  bar: { atMost: 1 },
}
const single: Figure = { ...about, name: "single", ours: 1, theirs: 2, runs: 1 }

it("a row has the samples, their spread and whether it looks disturbed; none is left out", async () => {
  const path = join(folder, "new/bench.json")
  await record("load", [steady, disturbed, single], { isFull: true, stolenPercent: 1.234 }, path)
  const { load } = JSON.parse(readFileSync(path, "utf8")).runs
  expect([load.form, load.stolenPercent]).toEqual(["full", 1.23])
  expect(load.figures).toEqual([
    {
      ...{ ...about, name: "steady", ours: 11, theirs: 21, runs: 3, ratio: 0.524, disturbed: false },
      spread: {
        ours: { lowest: 10.123, lowerQuartile: 10.562, upperQuartile: 11.5, highest: 12 },
        theirs: { lowest: 20, lowerQuartile: 20.5, upperQuartile: 21.5, highest: 22 },
      },
      samples: { ours: [10.123, 11, 12], theirs: [20, 21, 22] },
    },
    {
      ...{ ...about, name: "disturbed", ours: 15, theirs: 30, runs: 1200, bar: { atMost: 1 }, ratio: 0.5, held: true },
      disturbed: true,
      spread: { ours: { lowest: 10, lowerQuartile: 10, upperQuartile: 20, highest: 20 } },
      samples: { ours: [10, 10, 20, 20] },
    },
    { ...single, ratio: 0.5 },
  ])
})

it("what was recorded of others stays, also where it has no spread; the same bench's takes its place", async () => {
  const path = join(folder, "bench.json")
  const old = { date: "2026-01-01", form: "fast", figures: [{ ...single, bar: { atMost: 1 }, ratio: 0.5, held: true }] }
  writeFileSync(path, JSON.stringify({ runs: { memory: old, load: old } }))
  await record("load", [steady], { isFull: false }, path)
  const { memory, load } = JSON.parse(readFileSync(path, "utf8")).runs
  expect(memory).toEqual(old)
  expect(load.figures.map(({ name }: Figure) => name)).toEqual(["steady"])
  expect(load).not.toHaveProperty("stolenPercent")
})

it("what holds only numbers is one line, so that a change of a row can be read; strings stay as they are", async () => {
  const path = join(folder, "bench.json")
  const name = "[\n 1,\n 2\n]"
  await record(
    "load",
    [
      { ...steady, name },
      { ...disturbed, name: "small", ...mediansOf([1e-7, -2, 0], 3) },
    ],
    { isFull: false },
    path,
  )
  const text = readFileSync(path, "utf8")
  expect(text).toContain('"ours": [10.123, 11, 12],\n')
  expect(text).toContain('"ours": [1e-7, -2, 0]\n')
  expect(text).toContain('"bar": { "atMost": 1 },\n')
  expect(text).toContain('{ "lowest": 20, "lowerQuartile": 20.5, "upperQuartile": 21.5, "highest": 22 }\n')
  expect(JSON.parse(text).runs.load.figures[0].name).toBe(name)
})

it("a difference is of the same turn, so that a slow turn doesn't make one", () => {
  expect(differences([110, 165, 112], [60, 115, 61])).toEqual([50, 50, 51])
})
