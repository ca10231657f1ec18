import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { matchContent } from "../../src/index.js"
import { driver, missing } from "../drivers.js"
import { attributed, makeNeedles, startTrial, type Trial } from "../trial.js"

// Its variables make it work without a GPU, by the very debug keys that dump. So that the entries whose answer is to unset
// those can't be shown closed here: without a GPU there is no device then.
const { AUBDumpCaptureFileName: _, ...capturing } = driver("intel-gpu")
const neo = { ...capturing, AUBDumpCaptureFileName: "/dev/null" }
const needles = makeNeedles()
const values = [needles.name, needles.comment, needles.weights.toString("hex")]
let trial: Trial

const why = missing("intel-gpu")

describe.skipIf(why)(`Intel NEO${why ? ` (not here: ${why})` : ""}`, () => {
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

  it("captures buffers, weights and all, by two variables", async () => {
    const id = "intel-neo-debugkeys-aub"
    await trial.run("opencl.mjs", values, capturing)
    const [capture, ...others] = trial.holding(needles.weights)
    expect(others).toEqual([])
    expect(attributed(id, [String(capture)])).toBe(true)
    expect(matchContent(trial.read(String(capture)))?.id).toBe("intel-aub")
  })

  it("captures them by a settings file in the working directory, too", async () => {
    const id = "intel-neo-debugkeys-file"
    const { SetCommandStreamReceiver, ProductFamilyOverride, ...rest } = capturing
    writeFileSync(
      join(trial.work, "igdrcl.config"),
      `SetCommandStreamReceiver = ${SetCommandStreamReceiver}\nProductFamilyOverride = ${ProductFamilyOverride}\n`,
    )
    await trial.run("opencl.mjs", values, rest)
    expect(attributed("intel-neo-debugkeys-aub", trial.holding(needles.weights)), id).toBe(true)
  })
})
