import { join } from "node:path"
import { driver, missingLargeDriver } from "@strongroom/test-machine"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { matchContent } from "../../src/index.js"
import { compile, noCompiler } from "../compile.js"
import { expectHarmless, ownVariables, writeBundle } from "../opencl-vault.js"
import type { WrittenModel } from "../sealed-model.js"
import { attributed, makeNeedles, startTrial, type Trial, valuesOf } from "../trial.js"

const cpu = driver("intel-cpu")
const needles = makeNeedles()
const dumping = {
  CL_CONFIG_DUMP_BIN: "True",
  CL_CONFIG_DUMP_ASM: "dump.asm",
  CL_CONFIG_DUMP_DISASSEMBLY: "True",
  CL_CONFIG_DUMP_FILE_NAME_PREFIX: "dumped",
}
const values = valuesOf(needles)
let trial: Trial
let model: WrittenModel

const why = missingLargeDriver("intel-cpu")

describe.skipIf(why)(`Intel's OpenCL for CPUs${why ? ` (not here: ${why})` : ""}`, () => {
  beforeAll(async () => {
    model = await writeBundle(needles)
  })
  afterAll(() => model.close())
  beforeEach(() => {
    trial = startTrial()
  })
  afterEach(() => trial.close())

  it("writes nothing by itself", async () => {
    await trial.run("opencl.mjs", values, cpu)
    expect(trial.holding("")).toEqual([])
  })

  it("writes machine code and assembly where its variables say so, and nothing without them", async () => {
    const id = "intel-cpu-opencl"
    await trial.runNeutralised(id, "opencl.mjs", values, { ...cpu, ...dumping })
    expect(trial.holding(needles.name)).toEqual([])
    await trial.run("opencl.mjs", values, { ...cpu, ...dumping })
    const dumped = trial.holding(needles.name)
    expect(dumped.every((path) => attributed(id, [path]))).toBe(true)
    expect(dumped.map((path) => path.split(".").at(-1)).sort()).toEqual(["asm", "bin", "s"])
    expect(dumped.map((path) => matchContent(trial.read(path))?.id)).toContain("elf")
  })

  describe.skipIf(noCompiler).each(["libz.so.1", "librt.so.1"])("a library %s in the working directory", (name) => {
    const id = "intel-cpu-opencl-runpath"
    const word = makeNeedles().comment
    beforeEach(() => compile(join(trial.work, name), join(trial.folder, "ran"), word))

    it("is run", async () => {
      await trial.run("opencl.mjs", values, cpu)
      expect(trial.holding(word), id).toContain("ran")
    })

    it("isn't run in a vault", async () => {
      await expectHarmless(trial, needles, model, { driver: "intel-cpu", environment: cpu })
      expect(trial.holding(word)).toEqual([`work/${name}`])
    })
  })

  it("writes nothing of a vault's, whoever sets them", async () => {
    const fixed = { ...ownVariables("intel-cpu"), ...dumping }
    await expectHarmless(trial, needles, model, { driver: "intel-cpu", environment: { ...cpu, ...dumping }, fixed })
  })
})
