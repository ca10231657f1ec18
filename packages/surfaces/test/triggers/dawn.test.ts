import { missingVulkanDriver } from "@strongroom/test-machine"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import type { WrittenModel } from "../sealed-model.js"
import { makeFloatNeedles, startTrial, type Trial } from "../trial.js"
import { expectHarmlessOnWebgpu, shaderOf, variablesFor, writeAddition } from "../webgpu-trial.js"

const needles = makeFloatNeedles()
let trial: Trial
let model: WrittenModel

const why = missingVulkanDriver("swiftshader")

describe.skipIf(why)(`Dawn on SwiftShader${why ? ` (not here: ${why})` : ""}`, () => {
  beforeAll(async () => {
    model = await writeAddition(needles)
  })
  afterAll(() => model.close())
  beforeEach(() => {
    trial = startTrial()
  })
  afterEach(() => trial.close())

  const plainly = (flags: readonly string[] = [], variables = {}) =>
    trial.run("webgpu.mjs", shaderOf(needles, flags), { ...variablesFor("swiftshader"), ...variables })

  it("keeps nothing: npm's webgpu gives it no place for its cache, and SwiftShader has none", async () => {
    const id = "dawn-blobcache"
    expect(await plainly(), id).toContain("ran: ")
    expect(trial.holding("")).toEqual([])
  })

  it("prints shaders, comments and all, where the app's code says so", async () => {
    const id = "dawn-dump-toggle"
    const printed = await plainly(["enable-dawn-features=dump_shaders"])
    expect(printed, id).toContain(needles.comment)
    expect(printed).toContain("OpEntryPoint")
    expect(await plainly()).not.toContain(needles.comment)
  })

  it("prints none of a vault's, and takes no flags from variables", async () => {
    const flags = { DAWN_FLAGS: "enable-dawn-features=dump_shaders" }
    expect(await plainly([], flags)).not.toContain(needles.comment)
    const settings = { driver: "swiftshader", environment: flags, fixed: flags } as const
    expect(await expectHarmlessOnWebgpu(trial, needles, model, settings)).not.toContain("OpEntryPoint")
    expect(trial.holding("")).toEqual([])
  })
})
