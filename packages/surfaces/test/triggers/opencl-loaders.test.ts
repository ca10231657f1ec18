import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { driver, missingDriver } from "@strongroom/test-machine"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { compile, noCompiler } from "../compile.js"
import { expectHarmless, writeBundle } from "../opencl-vault.js"
import type { WrittenModel } from "../sealed-model.js"
import { makeNeedles, startTrial, type Trial, valuesOf } from "../trial.js"

// Not where scripts/drivers.mjs keeps its kernels, which an ordinary user can't write.
const { POCL_CACHE_DIR: _, ...pocl } = driver("pocl")
const needles = makeNeedles()
/** What is planted leaves this. */
const word = makeNeedles().comment
const values = valuesOf(needles)
let trial: Trial
let model: WrittenModel

// The loader that PyPI's wheel of PoCL brings is Khronos's; the entry is of ocl-icd.
const why =
  missingDriver("pocl") ?? noCompiler ?? (pocl.STRONGROOM_OPENCL_LIBRARY ? "the loader is another one" : undefined)

describe.skipIf(why)(`OpenCL's loader, ocl-icd${why ? ` (not here: ${why})` : ""}`, () => {
  beforeAll(async () => {
    model = await writeBundle(needles)
  })
  afterAll(() => model.close())
  beforeEach(() => {
    trial = startTrial()
  })
  afterEach(() => trial.close())

  /** Of the runs before, PoCL has kept kernels of the same name. */
  async function vaultIsHarmless(environment: Readonly<Record<string, string>>): Promise<void> {
    rmSync(join(trial.home, ".cache"), { recursive: true, force: true })
    await expectHarmless(trial, needles, model, { driver: "pocl", environment })
  }

  it.each(["OCL_ICD_VENDORS", "OPENCL_VENDOR_PATH"])("runs a library from the folder in %s", async (variable) => {
    const id = "ocl-icd-loader"
    const vendors = join(trial.folder, "vendors")
    const library = join(vendors, "planted.so")
    mkdirSync(vendors)
    compile(library, join(trial.work, "ran"), word)
    writeFileSync(join(vendors, "planted.icd"), `${library}\n`)
    const { OCL_ICD_VENDORS: _, ...elsewhere } = pocl
    const planted = { ...elsewhere, [variable]: vendors }
    await trial.runNeutralised(id, "opencl.mjs", values, planted)
    expect(trial.holding(word)).toEqual(["vendors/planted.so"])
    await vaultIsHarmless(planted)
    expect(trial.holding(word)).toEqual(["vendors/planted.so"])
    // It isn't a driver, so that the program may find none; by then the library has run.
    await trial.run("opencl.mjs", values, planted).catch(() => {})
    expect(trial.holding(word)).toContain("work/ran")
  })

  it("lets a layer in by OPENCL_LAYERS", async () => {
    const id = "ocl-icd-loader"
    const layer = join(trial.folder, "layer.so")
    compile(layer, join(trial.work, "ran"), word)
    const planted = { ...pocl, OPENCL_LAYERS: layer }
    await trial.runNeutralised(id, "opencl.mjs", values, planted)
    expect(trial.holding(word)).toEqual(["layer.so"])
    await vaultIsHarmless(planted)
    expect(trial.holding(word)).toEqual(["layer.so"])
    await trial.run("opencl.mjs", values, planted)
    expect(trial.holding(word)).toContain("work/ran")
  })
})
