import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { compile, noCompiler } from "../compile.js"
import { driver, missing } from "../drivers.js"
import { makeNeedles, startTrial, type Trial } from "../trial.js"

const pocl = driver("pocl")
const needles = makeNeedles()
const values = [needles.name, needles.comment, needles.weights.toString("hex")]
let trial: Trial

// The loader that PyPI's wheel of PoCL brings is Khronos's; the entry is of ocl-icd.
const why = missing("pocl") ?? noCompiler ?? (pocl.STRONGROOM_OPENCL_LIBRARY ? "the loader is another one" : undefined)

describe.skipIf(why)(`OpenCL's loader, ocl-icd${why ? ` (not here: ${why})` : ""}`, () => {
  beforeEach(() => {
    trial = startTrial()
  })
  afterEach(() => trial.close())

  it.each(["OCL_ICD_VENDORS", "OPENCL_VENDOR_PATH"])("runs a library from the folder in %s", async (variable) => {
    const id = "ocl-icd-loader"
    const vendors = join(trial.folder, "vendors")
    const library = join(vendors, "planted.so")
    mkdirSync(vendors)
    compile(library, join(trial.work, "ran"), needles.comment)
    writeFileSync(join(vendors, "planted.icd"), `${library}\n`)
    const { OCL_ICD_VENDORS: _, ...elsewhere } = pocl
    const planted = { ...elsewhere, [variable]: vendors }
    await trial.runNeutralised(id, "opencl.mjs", values, planted)
    expect(trial.holding(needles.comment)).toEqual(["vendors/planted.so"])
    // It isn't a driver, so that the program may find none; by then the library has run.
    await trial.run("opencl.mjs", values, planted).catch(() => {})
    expect(trial.holding(needles.comment)).toContain("work/ran")
  })

  it("lets a layer in by OPENCL_LAYERS", async () => {
    const id = "ocl-icd-loader"
    const layer = join(trial.folder, "layer.so")
    compile(layer, join(trial.work, "ran"), needles.comment)
    const planted = { ...pocl, OPENCL_LAYERS: layer }
    await trial.runNeutralised(id, "opencl.mjs", values, planted)
    expect(trial.holding(needles.comment)).toEqual(["layer.so"])
    await trial.run("opencl.mjs", values, planted)
    expect(trial.holding(needles.comment)).toContain("work/ran")
  })
})
