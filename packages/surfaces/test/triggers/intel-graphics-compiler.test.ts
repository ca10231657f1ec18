import { driver, missingDriver } from "@strongroom/test-machine"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { matchContent } from "../../src/index.js"
import { expectHarmless, ownVariables, writeBundle } from "../opencl-vault.js"
import type { WrittenModel } from "../sealed-model.js"
import { attributed, makeNeedles, startTrial, type Trial, valuesOf } from "../trial.js"

const neo = driver("intel-gpu")
const needles = makeNeedles()
const values = valuesOf(needles)
let trial: Trial
let model: WrittenModel

const why = missingDriver("intel-gpu")

describe.skipIf(why)(`Intel's graphics compiler${why ? ` (not here: ${why})` : ""}`, () => {
  beforeAll(async () => {
    model = await writeBundle(needles)
  })
  afterAll(() => model.close())
  beforeEach(() => {
    trial = startTrial()
  })
  afterEach(() => trial.close())

  it("writes source, IR and assembly where IGC's variables say so, and nothing without them", async () => {
    const id = "intel-igc-dumps"
    const dumping = { ...neo, IGC_ShaderDumpEnable: "1", IGC_DumpToCustomDir: `${trial.home}/` }
    await trial.runNeutralised(id, "opencl.mjs", values, dumping)
    expect(trial.holding(needles.name)).toEqual([])
    await trial.run("opencl.mjs", values, dumping)
    const sources = trial.holding(needles.comment)
    expect(sources).toEqual([expect.stringMatching(/\.cl$/)])
    const dumped = trial.holding(needles.name)
    expect(dumped.length).toBeGreaterThan(10)
    expect(dumped.every((path) => attributed(id, [path]))).toBe(true)
    expect(dumped.map((path) => matchContent(trial.read(path))?.id)).toContain("spirv")
  })

  it("writes nothing of a vault's, whoever sets them", async () => {
    const dumping = { IGC_ShaderDumpEnable: "1", IGC_DumpToCustomDir: `${trial.home}/` }
    const fixed = { ...ownVariables("intel-gpu"), ...dumping }
    await expectHarmless(trial, needles, model, { driver: "intel-gpu", environment: { ...neo, ...dumping }, fixed })
    // To where it dumps by itself: below /tmp, which is the vault's own.
    const { IGC_DumpToCustomDir: _, ...elsewhere } = fixed
    await expectHarmless(trial, needles, model, { driver: "intel-gpu", environment: neo, fixed: elsewhere })
  })
})
