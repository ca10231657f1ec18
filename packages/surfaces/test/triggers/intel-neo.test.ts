import { mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { driver, missingDriver } from "@strongroom/test-machine"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { matchContent } from "../../src/index.js"
import { expectHarmless, ownVariables, runInVault, writeBundle } from "../opencl-vault.js"
import type { WrittenModel } from "../sealed-model.js"
import { attributed, makeNeedles, startTrial, type Trial, valuesOf } from "../trial.js"

// Its variables make it work without a GPU, by the very debug keys that dump. So that the entries whose answer is to unset
// those can't be shown closed here: without a GPU there is no device then.
const { AUBDumpCaptureFileName: _, ...capturing } = driver("intel-gpu")
const neo = { ...capturing, AUBDumpCaptureFileName: "/dev/null" }
/** Fixed by the backend: in a vault, the capture goes to its own working directory. */
const { AUBDumpCaptureFileName: __, ...fixed } = ownVariables("intel-gpu")
const needles = makeNeedles()
const values = valuesOf(needles)
let trial: Trial
let model: WrittenModel

const why = missingDriver("intel-gpu")

describe.skipIf(why)(`Intel NEO${why ? ` (not here: ${why})` : ""}`, () => {
  beforeAll(async () => {
    model = await writeBundle(needles)
  })
  afterAll(() => model.close())
  beforeEach(() => {
    trial = startTrial()
  })
  afterEach(() => trial.close())

  it("fills a folder cl_cache in the working directory, unless its variable leads nowhere", async () => {
    const id = "intel-neo-cache-legacy"
    mkdirSync(join(trial.work, "cl_cache"))
    await trial.runNeutralised(id, "opencl.mjs", values, neo)
    expect(trial.holding(needles.name)).toEqual([])
    await trial.run("opencl.mjs", values, neo)
    const [binary, ...others] = trial.holding(needles.name)
    expect(others).toEqual([])
    expect(attributed(id, [String(binary)])).toBe(true)
    expect(matchContent(trial.read(String(binary)))?.id).toBe("intel-patch-token")
  })

  it("fills the folder that cl_cache_dir names, too", async () => {
    const id = "intel-neo-cache-legacy"
    await trial.runNeutralised(id, "opencl.mjs", values, { ...neo, cl_cache_dir: trial.home })
    expect(trial.holding(needles.name)).toEqual([])
    await trial.run("opencl.mjs", values, { ...neo, cl_cache_dir: trial.home })
    expect(trial.holding(needles.name)).toEqual([expect.stringMatching(/^home\/.*\.cl_cache$/)])
  })

  it("finds no such folder from a vault, by either way", async () => {
    const folder = join(trial.work, "cl_cache")
    mkdirSync(folder)
    for (const environment of [neo, { ...neo, cl_cache_dir: folder }]) {
      await expectHarmless(trial, needles, model, { driver: "intel-gpu", environment })
    }
    expect(readdirSync(folder)).toEqual([])
  })

  it("captures buffers, weights and all, by two variables", async () => {
    const id = "intel-neo-debugkeys-aub"
    await trial.run("opencl.mjs", values, capturing)
    const [capture, ...others] = trial.holding(needles.weights)
    expect(others).toEqual([])
    expect(attributed(id, [String(capture)])).toBe(true)
    expect(matchContent(trial.read(String(capture)))?.id).toBe("intel-aub")
  })

  it("captures them in a vault where nobody else comes, even if the backend itself sets those variables", async () => {
    const place = { AUBDumpCaptureFileName: join(trial.home, "capture.aub") }
    for (const environment of [capturing, { ...capturing, ...place }]) {
      await expectHarmless(trial, needles, model, { driver: "intel-gpu", environment, fixed })
    }
    // The file can't be made.
    await runInVault(trial, model, { driver: "intel-gpu", environment: capturing, fixed: { ...fixed, ...place } })
    expect(trial.exposing(needles)).toEqual([])
  })

  it("has no device in a vault by the app's variables: none reaches it", async () => {
    const printed = await runInVault(trial, model, { driver: "intel-gpu", environment: capturing, fixed: {} })
    expect(printed).toBe("refused: backend-missing\n")
  })

  it("captures them by a settings file in the working directory, too, which a vault doesn't see", async () => {
    const id = "intel-neo-debugkeys-file"
    const { SetCommandStreamReceiver, ProductFamilyOverride, ...rest } = capturing
    const settings = { SetCommandStreamReceiver, ProductFamilyOverride }
    const text = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`)
    writeFileSync(join(trial.work, "igdrcl.config"), text.join(""))
    // In a vault it isn't read: without its settings there is no device.
    const inVault = { driver: "intel-gpu", environment: rest, fixed: { NEOReadDebugKeys: "1" } } as const
    expect(await runInVault(trial, model, inVault)).toBe("refused: backend-missing\n")
    expect(trial.exposing(needles)).toEqual([])
    // With them it runs.
    expect(await runInVault(trial, model, { ...inVault, fixed })).toMatch(/^ran: /)
    expect(trial.exposing(needles)).toEqual([])
    await trial.run("opencl.mjs", values, rest)
    expect(attributed("intel-neo-debugkeys-aub", trial.holding(needles.weights)), id).toBe(true)
  })
})
