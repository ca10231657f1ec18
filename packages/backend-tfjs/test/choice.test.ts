import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { chmod, cp, mkdir, mkdtemp, readdir, realpath, rm, stat, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { promisify } from "node:util"
import { defaultSetupFolder, tfjs } from "@strongroom/backend-tfjs"
import type { Backend, Json } from "@strongroom/core/backend"
import { missingTfjsNode, tfjsNodeFolder } from "@strongroom/test-machine"
import { createPublisher } from "@strongroom/testkit"
import { openVault, type Report, tensor } from "@strongroom/vault"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { convolutionalNetwork, seeded } from "./graph-models.js"
import { importFiles } from "./open-model.js"

const publisher = await createPublisher()
const nowhere = "/nonexistent"

let folder: string
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "strongroom-test-")))
})
afterAll(() => rm(folder, { recursive: true }))

/** The vault's report after a model has been loaded and run, of which model.json says this. */
async function reportOf(backend: Backend, metadata?: object): Promise<Report> {
  const { bytes, identity, keys } = await publisher.ship(await importFiles(convolutionalNetwork(metadata)))
  const file = join(folder, "model.key")
  await writeFile(file, identity)
  const vault = await openVault({ backend })
  try {
    const session = await vault.load(bytes, { grant: keys.grant, identity: { file }, trust: keys.trust })
    await session.run({ "image:0": tensor("float32", [1, 32, 32, 3], seeded(11, 32 * 32 * 3)) })
    return vault.report()
  } finally {
    await vault.close()
  }
}

/** What the report says of engines. */
function evidenceOf({ guarantees }: Report): readonly Json[] {
  const evidence = guarantees.find(({ id }) => id === "modules.known")?.evidence
  return (evidence as { readonly backend: readonly Json[] }).backend
}

describe("without tfjs-node", () => {
  it("auto is WebAssembly, and the report says what was passed over, and why", async () => {
    const report = await reportOf(tfjs({ setupFolder: nowhere }))
    expect(report.backend.device).toMatch(/^wasm/)
    expect(JSON.stringify(evidenceOf(report))).toContain('"tfjsEngine":"wasm"')
    expect(JSON.stringify(evidenceOf(report))).toContain('"engine":"tfjs-node","reason":"@tensorflow/tfjs-node isn')
  })

  it("an engine that the app names is missing", async () => {
    await expect(openVault({ backend: tfjs({ engine: "tfjs-node", setupFolder: nowhere }) })).rejects.toMatchObject({
      code: "backend-missing",
      message: expect.stringContaining('run "npx strongroom setup tfjs-cpu"'),
    })
    await expect(openVault({ backend: tfjs({ engine: "tfjs-node-gpu", setupFolder: nowhere }) })).rejects.toMatchObject(
      {
        code: "backend-missing",
      },
    )
  })

  it("options that aren't are misuse", () => {
    expect(() => tfjs({ engine: "webgl" as "wasm" })).toThrow(TypeError)
    expect(() => tfjs({ setupFolder: "relative" })).toThrow(TypeError)
    expect(() => tfjs({ engin: "wasm" } as object)).toThrow('no "engin"')
    expect(() => tfjs({ vulkan: { driver: [] } as object })).toThrow('no "driver"')
    expect(tfjs({ engine: "wasm" })).toEqual(tfjs({ engine: "wasm" }))
  })
})

describe("what an end user has put in folders of his own", () => {
  /** Found by its binding's name; says so when it runs. */
  async function plant(modules: string): Promise<void> {
    const place = join(modules, "@tensorflow/tfjs-node")
    await mkdir(join(place, "lib/napi-v8"), { recursive: true })
    await writeFile(join(place, "lib/napi-v8/tfjs_binding.node"), "")
    await writeFile(join(place, "package.json"), '{ "name": "@tensorflow/tfjs-node", "main": "index.js" }')
    await writeFile(join(place, "index.js"), 'throw new Error("Planted code runs.")')
  }

  it("runs in no vault, unless the app names the folder", async () => {
    const home = join(folder, "home")
    await plant(join(home, "strongroom/tfjs-node-4.22.0-tf-2.21.0-napi8/node_modules"))
    const before = process.env.XDG_DATA_HOME
    process.env.XDG_DATA_HOME = home
    try {
      expect(JSON.stringify(evidenceOf(await reportOf(tfjs())))).not.toContain("Planted code runs.")
      const named = await reportOf(tfjs({ setupFolder: defaultSetupFolder() }))
      expect(JSON.stringify(evidenceOf(named))).toContain("Planted code runs.")
    } finally {
      if (before === undefined) delete process.env.XDG_DATA_HOME
      else process.env.XDG_DATA_HOME = before
    }
  })

  it.runIf(process.platform !== "win32")("runs in no vault where others can write, on the way or in it", async () => {
    const setupFolder = join(folder, "open/setup")
    const release = join(setupFolder, "tfjs-node-4.22.0-tf-2.21.0-napi8")
    const place = join(release, "node_modules/@tensorflow/tfjs-node")
    await plant(join(release, "node_modules"))
    const evidence = async () => JSON.stringify(evidenceOf(await reportOf(tfjs({ setupFolder }))))
    for (const path of [join(folder, "open"), setupFolder, release, join(place, "lib/napi-v8/tfjs_binding.node")]) {
      const { mode } = await stat(path)
      await chmod(path, 0o777)
      const found = await evidence()
      expect(found).not.toContain("Planted code runs.")
      expect(found).toContain(`others can write to ${path}`)
      await expect(openVault({ backend: tfjs({ engine: "tfjs-node", setupFolder }) })).rejects.toMatchObject({
        code: "backend-missing",
        message: expect.stringContaining(`others can write to ${path}`),
      })
      await chmod(path, mode)
    }
    // The control.
    expect(await evidence()).toContain("Planted code runs.")
  })

  it.each(["NODE_PATH", "HOME"])("isn't found by way of %s, where Node itself finds it", async (variable) => {
    const home = join(folder, variable)
    await plant(join(home, variable === "HOME" ? ".node_modules" : ""))
    const program = `
      import { createRequire } from "node:module"
      import { tfjs } from "@strongroom/backend-tfjs"
      const found = createRequire(import.meta.url).resolve("@tensorflow/tfjs-node")
      console.log(JSON.stringify({ found, options: tfjs({ engine: "tfjs-node" }).options }))`
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], {
      cwd: fileURLToPath(new URL(".", import.meta.url)),
      env: { ...process.env, [variable]: home },
    })
    const { found, options } = JSON.parse(stdout)
    expect(found).toContain(home)
    expect(options).toMatchObject({ found: [], passedOver: [{ engine: "tfjs-node" }] })
  })
})

describe.skipIf(missingTfjsNode())("with tfjs-node", () => {
  const auto = () => tfjs({ setupFolder: tfjsNodeFolder })
  const wanting = (engine: string) => ({ strongroom: { engine } })

  it("auto is TensorFlow", async () => {
    const report = await reportOf(auto())
    expect(report.backend).toMatchObject({ device: `CPU on ${process.arch}`, driver: "TensorFlow 2.21.0" })
    expect(evidenceOf(report)).toContainEqual(expect.objectContaining({ tfjsEngine: "tfjs-node" }))
  })

  it("a model gets the engine that it names", async () => {
    const report = await reportOf(auto(), wanting("wasm"))
    expect(evidenceOf(report)).toContainEqual(expect.objectContaining({ tfjsEngine: "wasm", wanted: "wasm" }))
  })

  it("what the app names wins over what the model names, and so does what there is", async () => {
    const named = await reportOf(tfjs({ engine: "tfjs-node", setupFolder: tfjsNodeFolder }), wanting("wasm"))
    expect(evidenceOf(named)).toContainEqual(expect.objectContaining({ tfjsEngine: "tfjs-node" }))
    expect(JSON.stringify(evidenceOf(named))).not.toContain('"tfjsEngine":"wasm"')
    for (const engine of ["abacus", "constructor"]) {
      expect(JSON.stringify(evidenceOf(await reportOf(auto(), wanting(engine))))).not.toContain(engine)
    }
  })

  /** tfjs-node under the name of tfjs-node-gpu: what TensorFlow is on a machine without CUDA. */
  async function gpuFolder(): Promise<string> {
    const setupFolder = join(folder, "gpu")
    const modules = join(setupFolder, "tfjs-node-gpu-4.22.0-tf-2.21.0-napi8/node_modules")
    const built = join(tfjsNodeFolder, "tfjs-node-4.22.0-tf-2.21.0-napi8/node_modules")
    await rm(setupFolder, { recursive: true, force: true })
    await mkdir(join(modules, "@tensorflow"), { recursive: true })
    for (const within of ["", "@tensorflow"]) {
      for (const name of await readdir(join(built, within))) {
        if (name === "@tensorflow") continue
        const known = name === "tfjs-node" ? "tfjs-node-gpu" : name
        await symlink(join(built, within, name), join(modules, within, known))
      }
    }
    return setupFolder
  }
  /** A vault reads what was set up, and what the link leads to, too. */
  const withTarget = (backend: Backend): Backend => ({
    ...backend,
    needs: { ...backend.needs, read: [...(backend.needs?.read ?? []), tfjsNodeFolder] },
  })

  it("tfjs-node-gpu that is named computes on the CPU where there is no GPU, and the report says why", async () => {
    const backend = tfjs({ engine: "tfjs-node-gpu", setupFolder: await gpuFolder() })
    const report = await reportOf(withTarget(backend))
    expect(report.backend.device).toBe(`CPU on ${process.arch}`)
    expect(evidenceOf(report)).toContainEqual({
      tfjsEngine: "tfjs-node-gpu",
      computesOn: "CPU",
      reason: expect.stringMatching(/NVIDIA/),
    })
  })

  it.skipIf(existsSync("/dev/nvidiactl"))(
    "auto takes tfjs-node-gpu for tfjs-node where it is all there is",
    async () => {
      const report = await reportOf(withTarget(tfjs({ setupFolder: await gpuFolder() })))
      expect(report.backend).toMatchObject({ device: `CPU on ${process.arch}`, driver: "TensorFlow 2.21.0" })
      expect(evidenceOf(report)).toContainEqual(
        expect.objectContaining({
          tfjsEngine: "tfjs-node",
          passedOver: expect.arrayContaining([
            { engine: "tfjs-node-gpu", reason: "This machine has no device of NVIDIA's." },
          ]),
        }),
      )
    },
  )

  it("auto passes tfjs-node-gpu over that finds no GPU, says why, and uses what it has loaded", async () => {
    const named = tfjs({ engine: "tfjs-node-gpu", setupFolder: await gpuFolder() })
    const [{ place }] = (named.options as { readonly found: readonly [{ readonly place: string }] }).found
    // As on a machine with a device of NVIDIA's and no CUDA.
    const found = ["tfjs-node-gpu", "tfjs-node"].map((engine) => ({ engine, place }))
    const report = await reportOf(withTarget({ ...named, options: { isNamed: false, found, passedOver: [] } }))
    expect(report.backend.device).toBe(`CPU on ${process.arch}`)
    expect(evidenceOf(report)).toContainEqual({
      tfjsEngine: "tfjs-node",
      passedOver: [{ engine: "tfjs-node-gpu", reason: expect.stringMatching(/NVIDIA/) }],
    })
  })

  it("the user's own is used as it is, where its binding exists", async () => {
    // As npm installs them, side by side.
    const modules = join(folder, "app/node_modules")
    const own = join(modules, "@strongroom/backend-tfjs")
    const installed = fileURLToPath(new URL("../../../node_modules", import.meta.url))
    await mkdir(join(modules, "@tensorflow"), { recursive: true })
    await cp(fileURLToPath(new URL("../dist", import.meta.url)), join(own, "dist"), { recursive: true })
    await cp(fileURLToPath(new URL("../package.json", import.meta.url)), join(own, "package.json"))
    await symlink(join(installed, "@strongroom/core"), join(modules, "@strongroom/core"))
    for (const name of ["tfjs-core", "tfjs-converter", "tfjs-backend-wasm"]) {
      await symlink(join(installed, "@tensorflow", name), join(modules, "@tensorflow", name))
    }
    const release = "tfjs-node-4.22.0-tf-2.21.0-napi8/node_modules/@tensorflow/tfjs-node"
    await symlink(join(tfjsNodeFolder, release), join(modules, "@tensorflow/tfjs-node"))

    const copy: typeof import("@strongroom/backend-tfjs") = await import(pathToFileURL(join(own, "dist/index.js")).href)
    const report = await reportOf(copy.tfjs({ engine: "tfjs-node", setupFolder: nowhere }))
    expect(report.backend.driver).toBe("TensorFlow 2.21.0")
  })
})
