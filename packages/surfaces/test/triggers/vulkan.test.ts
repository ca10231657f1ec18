import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { bytesSource } from "@strongroom/core"
import { missingVulkanDriver, vulkanDriver } from "@strongroom/test-machine"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { compile, noCompiler } from "../compile.js"
import { type WrittenModel, writeSealed } from "../sealed-model.js"
import { makeNeedles, startTrial, type Trial } from "../trial.js"

const why = missingVulkanDriver("swiftshader") ?? noCompiler
/** What is planted leaves this. */
const word = makeNeedles().comment
const layerName = "VK_LAYER_STRONGROOM_planted"

describe.skipIf(why)(`Vulkan's loader${why ? ` (not here: ${why})` : ""}`, () => {
  const { drivers, libraries } = why ? { drivers: [], libraries: [] } : vulkanDriver("swiftshader")
  const [[driver = ""], [library = ""]] = [drivers, libraries]
  let model: WrittenModel
  let trial: Trial
  /** A folder for XDG_DATA_DIRS, in whose vulkan/icd.d the driver is registered. */
  let data: string
  /** A library that says on a disk that it ran. */
  let planted: string

  beforeAll(async () => {
    model = await writeSealed({
      kind: "file",
      inputs: [],
      outputs: [{ name: "devices", type: "string", shape: ["devices"] }],
      parts: [{ role: "file", name: "part", source: bytesSource(new Uint8Array(1)) }],
    })
  })
  afterAll(() => model.close())
  beforeEach(() => {
    trial = startTrial()
    planted = join(trial.folder, "planted.so")
    compile(planted, join(trial.work, "ran"), word)
    data = join(trial.folder, "share")
    const icd = { library_path: join(dirname(driver), "libvk_swiftshader.so"), api_version: "1.1.0" }
    register("share/vulkan/icd.d", { file_format_version: "1.0.0", ICD: icd })
  })
  afterEach(() => trial.close())

  const ask = (where: "plain" | "vault") => [JSON.stringify({ where, library, driver, folder: model.folder })]

  /** Writes a manifest to a folder below the trial's. The folder. */
  function register(folder: string, manifest: object): string {
    const path = join(trial.folder, folder)
    mkdirSync(path, { recursive: true })
    writeFileSync(join(path, "planted.json"), JSON.stringify(manifest))
    return path
  }

  const layer = (more: object = {}) => ({
    file_format_version: "1.1.2",
    layer: {
      ...{ name: layerName, type: "GLOBAL", library_path: planted, api_version: "1.3.0" },
      ...{ implementation_version: "1", description: "Planted by a test", ...more },
    },
  })

  /** It runs only where nothing is done against it: tried last, since what it leaves stays. */
  async function expectClosed(id: string, environment: Readonly<Record<string, string>>): Promise<void> {
    const asked = { XDG_DATA_DIRS: data, ...environment }
    const devices = await trial.runNeutralised(id, "vulkan.mjs", ask("plain"), asked)
    expect(devices).toContain("SwiftShader")
    expect(trial.holding(word)).toEqual(["planted.so"])
    expect(await trial.run("vulkan.mjs", ask("vault"), asked)).toBe(devices)
    expect(trial.holding(word)).toEqual(["planted.so"])
    expect(await trial.run("vulkan.mjs", ask("plain"), asked)).toBe(devices)
    expect([...trial.holding(word)].sort()).toEqual(["planted.so", "work/ran"])
  }

  describe("runs what is registered as an implicit layer", () => {
    const id = "vulkan-implicit-layers"
    const implicit = (folder: string) =>
      register(`${folder}/vulkan/implicit_layer.d`, layer({ disable_environment: { NO_PLANTED_LAYER: "1" } }))

    it.each([".local/share", ".config"])("in ~/%s, without any variable", async (folder) => {
      implicit(`home/${folder}`)
      await expectClosed(id, {})
    })

    it.each(["XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS"])("in the folder in %s", async (variable) => {
      implicit("elsewhere")
      await expectClosed(id, { [variable]: join(trial.folder, "elsewhere") })
    })

    it("in a folder in XDG_DATA_DIRS", async () => {
      implicit("elsewhere")
      await expectClosed(id, { XDG_DATA_DIRS: `${join(trial.folder, "elsewhere")}:${data}` })
    })
  })

  describe("runs what is named", () => {
    const id = "vulkan-explicit"

    it.each([
      ["VK_LAYER_PATH", "VK_INSTANCE_LAYERS", layerName],
      ["VK_ADD_LAYER_PATH", "VK_INSTANCE_LAYERS", layerName],
      ["VK_LAYER_PATH", "VK_LOADER_LAYERS_ENABLE", "*planted"],
    ])("as a layer, in %s and %s", async (path, name, value) => {
      await expectClosed(id, { [path]: register("layers", layer()), [name]: value })
    })

    // It is no driver, so that one has to be found beside it: the first two variables hide all that are registered.
    it.each([
      ["VK_DRIVER_FILES", [driver]],
      ["VK_ICD_FILENAMES", [driver]],
      ["VK_ADD_DRIVER_FILES", []],
    ])("as a driver, in %s", async (variable, others) => {
      const icd = { file_format_version: "1.0.0", ICD: { library_path: planted, api_version: "1.3.0" } }
      const manifest = join(register("drivers", icd), "planted.json")
      await expectClosed(id, { [variable]: [manifest, ...others].join(":") })
    })
  })
})
