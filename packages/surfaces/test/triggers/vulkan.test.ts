import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { missingVulkanDriver } from "@strongroom/test-machine"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { compile, noCompiler } from "../compile.js"
import type { WrittenModel } from "../sealed-model.js"
import { makeFloatNeedles, startTrial, type Trial } from "../trial.js"
import { expectHarmlessOnWebgpu, shaderOf, variablesFor, writeAddition } from "../webgpu-trial.js"

const needles = makeFloatNeedles()
/** What is planted leaves this. */
const word = makeFloatNeedles().comment
let trial: Trial
let model: WrittenModel

const why = missingVulkanDriver("swiftshader") ?? (noCompiler || undefined)

describe.skipIf(why)(`Vulkan's loader${why ? ` (not here: ${why})` : ""}`, { timeout: 60_000 }, () => {
  beforeAll(async () => {
    model = await writeAddition(needles)
  })
  afterAll(() => model.close())
  beforeEach(() => {
    trial = startTrial()
  })
  afterEach(() => trial.close())

  const found = variablesFor("swiftshader")
  const ran = () => trial.holding(word).includes("work/ran")

  /** A library that leaves a word in work/ran, and a manifest that names it. */
  function plant(folder: string, file: string, manifest: object): string {
    compile(join(trial.folder, "planted.so"), join(trial.work, "ran"), word)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, file), JSON.stringify(manifest))
    return join(folder, file)
  }

  const plantLayer = () =>
    plant(join(trial.home, ".local/share/vulkan/implicit_layer.d"), "planted.json", {
      file_format_version: "1.2.0",
      layer: {
        ...{ name: "VK_LAYER_PLANTED_all", type: "GLOBAL", library_path: join(trial.folder, "planted.so") },
        ...{ api_version: "1.3.0", implementation_version: "1", description: "Planted" },
        disable_environment: { PLANTED_OFF: "1" },
      },
    })

  const plantDriver = () =>
    plant(trial.folder, "driver.json", {
      file_format_version: "1.0.0",
      ICD: { library_path: join(trial.folder, "planted.so"), api_version: "1.3.0" },
    })

  it("runs a layer that lies in the user's home, without any variable", async () => {
    const id = "vulkan-implicit-layers"
    plantLayer()
    const { VK_DRIVER_FILES: drivers } = found
    await trial.runNeutralised(id, "webgpu.mjs", shaderOf(needles), found)
    expect(ran(), `${drivers} without layers`).toBe(false)
    await trial.run("webgpu.mjs", shaderOf(needles), found).catch(() => {})
    expect(ran()).toBe(true)
  })

  it("runs none for a vault", async () => {
    plantLayer()
    await expectHarmlessOnWebgpu(trial, needles, model, { driver: "swiftshader" })
    expect(ran()).toBe(false)
  })

  it("runs a driver that a variable names", async () => {
    const id = "vulkan-explicit"
    const named = { ...found, VK_DRIVER_FILES: plantDriver() }
    await trial.runNeutralised(id, "webgpu.mjs", shaderOf(needles), named).catch(() => {})
    expect(ran()).toBe(false)
    await trial.run("webgpu.mjs", shaderOf(needles), named).catch(() => {})
    expect(ran()).toBe(true)
  })

  it("runs none of the app's variables for a vault", async () => {
    const path = plantDriver()
    const environment = { VK_DRIVER_FILES: path, VK_ICD_FILENAMES: path, VK_ADD_DRIVER_FILES: path }
    await expectHarmlessOnWebgpu(trial, needles, model, { driver: "swiftshader", environment })
    expect(ran()).toBe(false)
  })
})
