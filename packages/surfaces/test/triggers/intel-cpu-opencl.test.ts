import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { matchContent } from "../../src/index.js"
import { driver, missingInFull } from "../drivers.js"
import { attributed, makeNeedles, startTrial, type Trial } from "../trial.js"

const cpu = driver("intel-cpu")
const needles = makeNeedles()
const values = [needles.name, needles.comment, needles.weights.toString("hex")]
let trial: Trial

const why = missingInFull("intel-cpu")

describe.skipIf(why)(`Intel's OpenCL for CPUs${why ? ` (not here: ${why})` : ""}`, () => {
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
    const dumping = {
      ...cpu,
      CL_CONFIG_DUMP_BIN: "True",
      CL_CONFIG_DUMP_ASM: "dump.asm",
      CL_CONFIG_DUMP_DISASSEMBLY: "True",
      CL_CONFIG_DUMP_FILE_NAME_PREFIX: "dumped",
    }
    await trial.runNeutralised(id, "opencl.mjs", values, dumping)
    expect(trial.holding(needles.name)).toEqual([])
    await trial.run("opencl.mjs", values, dumping)
    const dumped = trial.holding(needles.name)
    expect(dumped.every((path) => attributed(id, [path]))).toBe(true)
    expect(dumped.map((path) => path.split(".").at(-1)).sort()).toEqual(["asm", "bin", "s"])
    expect(dumped.map((path) => matchContent(trial.read(path))?.id)).toContain("elf")
  })
})
