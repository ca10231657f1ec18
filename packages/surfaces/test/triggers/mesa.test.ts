import { join } from "node:path"
import { missingVulkanDriver } from "@strongroom/test-machine"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import type { WrittenModel } from "../sealed-model.js"
import { attributed, makeFloatNeedles, startTrial, type Trial } from "../trial.js"
import { expectHarmlessOnWebgpu, shaderOf, variablesFor, writeAddition } from "../webgpu-trial.js"

const needles = makeFloatNeedles()
let trial: Trial
let model: WrittenModel

const why = missingVulkanDriver("lavapipe")

describe.skipIf(why)(`Mesa's lavapipe${why ? ` (not here: ${why})` : ""}`, () => {
  beforeAll(async () => {
    model = await writeAddition(needles)
  })
  afterAll(() => model.close())
  beforeEach(() => {
    trial = startTrial()
  })
  afterEach(() => trial.close())

  const plainly = (variables = {}) =>
    trial.run("webgpu.mjs", shaderOf(needles), { ...variablesFor("lavapipe"), ...variables })
  const neutralised = (id: string, variables = {}) =>
    trial.runNeutralised(id, "webgpu.mjs", shaderOf(needles), { ...variablesFor("lavapipe"), ...variables })
  const vaultIsHarmless = (environment: Readonly<Record<string, string>>) =>
    expectHarmlessOnWebgpu(trial, needles, model, { driver: "lavapipe", environment, fixed: environment })

  it("keeps machine code of every shader, by default", async () => {
    const id = "mesa-disk-cache"
    await plainly()
    const kept = trial.holding("\x7fELF")
    expect(kept).toEqual([expect.stringMatching(/^home\/\.cache\/mesa_shader_cache_db\//)])
    expect(attributed(id, kept)).toBe(true)
  })

  it("keeps nothing where a variable says so", async () => {
    expect(await neutralised("mesa-disk-cache")).toContain("ran: ")
    expect(trial.holding("")).toEqual([])
  })

  it("keeps nothing of a vault's, wherever variables lead", async () => {
    await vaultIsHarmless({ MESA_SHADER_CACHE_DIR: trial.home, MESA_SHADER_CACHE_DISABLE: "false" })
    expect(trial.holding("")).toEqual([])
  })

  describe.each([
    ["the shader in SPIR-V", { MESA_SPIRV_DUMP_PATH: "" }, /^home\/spirv-\d+\.spirv$/],
    ["what it does, as a trace", { GALLIUM_TRACE: "trace.xml" }, /^home\/trace\.xml$/],
  ] as const)("%s", (_, variables, form) => {
    const id = "mesa-shader-dump"
    const off = { MESA_SHADER_CACHE_DISABLE: "true" }
    const [name = "", file = ""] = Object.entries(variables).flat()
    const dumping = () => ({ ...off, [name]: join(trial.home, file) })

    it("is written where a variable says so", async () => {
      await plainly(dumping())
      const written = trial.holding("")
      expect(written).toEqual([expect.stringMatching(form)])
      // A trace has the name that it is given.
      expect(attributed(id, written)).toBe(file === "")
    })

    it("isn't without it", async () => {
      expect(await neutralised(id, dumping())).toContain("ran: ")
      expect(trial.holding("")).toEqual([])
    })

    it("isn't of a vault's, whoever sets it", async () => {
      await vaultIsHarmless(dumping())
      expect(trial.holding("")).toEqual([])
    })
  })

  it("prints what LLVM compiles where a variable says so", async () => {
    const id = "mesa-shader-dump"
    const dumping = { MESA_SHADER_CACHE_DISABLE: "true", GALLIVM_DEBUG: "ir" }
    expect(await plainly(dumping)).toMatch(/^define .*@cs_/m)
    expect(await neutralised(id, dumping)).not.toMatch(/^define/m)
    expect(await vaultIsHarmless(dumping)).not.toMatch(/^define/m)
  })
})
