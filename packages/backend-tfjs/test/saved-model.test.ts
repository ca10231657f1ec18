import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { tfjs } from "@strongroom/backend-tfjs"
import {
  bytesSource,
  type InProcessOptions,
  type ModelToSeal,
  openInProcess,
  type Tensor,
  tensor,
} from "@strongroom/core"
import type { Backend } from "@strongroom/core/backend"
import { privateDirectory } from "@strongroom/core/host"
import { missingRuntime, missingTfjsNode, runtimes, tfjsNodeFolder } from "@strongroom/test-machine"
import { createPublisher } from "@strongroom/testkit"
import { openVault } from "@strongroom/vault"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { seeded } from "./graph-models.js"
import { openModel } from "./open-model.js"
import { plainTensorflow } from "./plain.js"
import {
  filesBelow,
  filesHolding,
  importSigned,
  program,
  runPlainSavedModel,
  smallModel,
  tfjsNode,
} from "./saved-models.js"

const publisher = await createPublisher()
const backend = () => tfjs({ engine: "tfjs-node", setupFolder: tfjsNodeFolder })

/** Where files of parts are written, and nothing else. */
let folder: string
let aside: string
const closing: { close(): Promise<void> }[] = []
beforeEach(async () => {
  aside = await mkdtemp(join(tmpdir(), "strongroom-test-"))
  folder = join(aside, "private")
  await mkdir(folder)
})
afterEach(async () => {
  for (const each of closing.splice(0)) await each.close()
  await rm(aside, { recursive: true })
})

async function openWithFolder(model: ModelToSeal, options: InProcessOptions = {}, value: Backend = backend()) {
  const session = await openModel(value, model, { directory: privateDirectory(folder), ...options })
  closing.push(session)
  return session
}

const open = async (signature?: string, from = smallModel) => openWithFolder(await importSigned(from, signature))

const x = () => ({ x: tensor("float32", [5, 4], seeded(3, 20)) })
const signatures: readonly { signature: string; inputs: { readonly [name: string]: Tensor } }[] = [
  { signature: "serving_default", inputs: x() },
  {
    signature: "look_up",
    inputs: {
      words: tensor("string", [4], ["Brüssel", "", "kettle", "茶"]),
      offset: tensor("int64", [], BigInt64Array.of(7n)),
    },
  },
  { signature: "invert", inputs: { pixels: tensor("uint8", [2, 3], [0, 1, 2, 253, 254, 255]) } },
]

describe.skipIf(missingTfjsNode())("a SavedModel on tfjs-node", () => {
  it.each(signatures)("gives what tf.node.loadSavedModel's gives, bit for bit: $signature", async (each) => {
    const found = await (await open(each.signature)).run(each.inputs)
    const expected = await runPlainSavedModel(smallModel, each.signature, each.inputs)
    expect(Object.keys(expected).length).toBeGreaterThan(0)
    expect(found).toMatchObject(expected)
    expect(found.inverted?.data).toEqual(
      each.signature === "invert" ? Uint8Array.of(255, 254, 253, 2, 1, 0) : undefined,
    )
  })

  it("has all 64 bits of int64, in what it takes and what it gives", async () => {
    const session = await open("look_up")
    const words = tensor("string", [2], ["茶", "none"])
    const offset = tensor("int64", [], BigInt64Array.of(2n ** 60n + 1n))
    expect(await session.run({ words, offset }, { outputs: ["numbers"] })).toEqual({
      numbers: tensor("int64", [2], BigInt64Array.of(2n ** 60n + 3n, 2n ** 60n)),
    })
  })

  it("in a vault gives the same, and leaves nothing of it in any folder of the user's", async () => {
    const { bytes, identity, keys } = await publisher.ship(await importSigned(smallModel))
    const file = join(aside, "model.key")
    await writeFile(file, identity)
    const weights = readFileSync(join(smallModel, "variables/variables.data-00000-of-00001")).subarray(0, 48)
    const before = process.env.TMPDIR
    process.env.TMPDIR = aside
    try {
      await using vault = await openVault({ backend: backend() })
      const session = await vault.load(bytes, { grant: keys.grant, identity: { file }, trust: keys.trust })
      expect(filesHolding(aside, weights)).toEqual([])
      const expected = await runPlainSavedModel(smallModel, "serving_default", x())
      expect(await session.run(x())).toEqual(expected)
      expect(filesHolding(aside, weights)).toEqual([])
      expect(vault.report().backend).toMatchObject({ name: "tfjs", driver: "TensorFlow 2.21.0" })
    } finally {
      if (before === undefined) delete process.env.TMPDIR
      else process.env.TMPDIR = before
    }
    // What looks for the weights finds them where they are: in the folder that plain tfjs-node needs.
    expect(filesHolding(smallModel, weights)).toEqual(["variables/variables.data-00000-of-00001"])
  })

  it("has only its assets in the private folder once it is loaded, and nothing after it is closed", async () => {
    const session = await open("look_up")
    const left = filesBelow(folder).map((path) => path.replace(/^session-[^/]+\//, ""))
    expect(left).toEqual(["assets/words.txt", "fingerprint.pb"])
    await session.close()
    expect(filesBelow(folder)).toEqual([])
    await expect(session.run(signatures[1]?.inputs ?? {})).rejects.toMatchObject({ code: "session-closed" })
  })

  it("has the same memory after 1,000 runs, and none of a model that is closed", async () => {
    const { tf } = plainTensorflow()
    const { node, backend: native } = tfjsNode()
    await tf.setBackend("tensorflow")
    const counts = () => ({ ...tf.memory(), native: native().getNumOfTFTensors(), models: node.getNumOfSavedModels() })
    const before = counts()
    const sessions = await Promise.all(signatures.map(async ({ signature }) => open(signature)))
    const runAll = async () => {
      for (const [index, session] of sessions.entries()) await session.run(signatures[index]?.inputs ?? {})
    }
    await runAll()
    const after = counts()
    for (let count = 0; count < 1000; count++) await runAll()
    expect(counts()).toEqual(after)
    for (const session of sessions) await session.close()
    expect(counts()).toEqual(before)
  })

  it("is loaded by the first engine that can, whatever computes other models", async () => {
    const value = tfjs({ setupFolder: tfjsNodeFolder })
    const options = value.options as { readonly found: readonly { readonly engine: string }[] }
    const found = [...options.found].sort(({ engine }) => (engine === "wasm" ? -1 : 1))
    expect(found.length).toBeGreaterThan(1)
    const wasmFirst = { ...value, options: { ...options, found } } as Backend
    const session = await openWithFolder(await importSigned(smallModel), {}, wasmFirst)
    expect(session.report().backend.device).toMatch(/^wasm/)
    expect(await session.run(x())).toEqual(await runPlainSavedModel(smallModel, "serving_default", x()))
    expect(JSON.stringify(session.report().guarantees)).toContain('"tfjsEngine":"tfjs-node"')
  })

  it("is declined without a private folder", async () => {
    const { bytes, keys } = await publisher.ship(await importSigned(smallModel))
    await expect(openInProcess(backend(), bytesSource(bytes), keys)).rejects.toMatchObject({
      code: "model-declined",
      message: expect.stringContaining("open it in a vault"),
    })
  })

  it.each<[string, (name: string, bytes: Buffer) => Uint8Array | undefined]>([
    ["a graph that is cut short", (name, bytes) => (name === "saved_model.pb" ? bytes.subarray(0, 9000) : bytes)],
    ["no graph", (name, bytes) => (name === "saved_model.pb" ? undefined : bytes)],
    ["other tags", (name, bytes) => (name.endsWith(".json") ? replaced(bytes, '"serve"', '"train"') : bytes)],
    ["no description", (name, bytes) => (name.endsWith(".json") ? undefined : bytes)],
    ["a description of another kind", (name, bytes) => (name.endsWith(".json") ? replaced(bytes, "/1", "/2") : bytes)],
    ["variables that are cut short", (name, bytes) => (name.includes(".data") ? bytes.subarray(0, 20) : bytes)],
    ["half of the variables", (name, bytes) => (name.includes(".data") ? undefined : bytes)],
    ["no asset", (name, bytes) => (name.startsWith("assets/") ? undefined : bytes)],
  ])("is an error with %s, and leaves no file", async (_, change) => {
    const importing = openWithFolder(await changed(change), { debug: false })
    await expect(importing).rejects.toMatchObject({ code: "backend-failed" })
    await expect(importing).rejects.not.toMatchObject({
      message: expect.stringMatching(/saved_model|words\.txt|session-/),
    })
    expect(filesBelow(folder)).toEqual([])
  })

  it.each<[string, (name: string, bytes: Buffer) => Uint8Array | undefined]>([
    ["no variables", (name, bytes) => (name.startsWith("variables/") ? undefined : bytes)],
    ["a tensor that isn't there", (name, bytes) => (name.endsWith(".json") ? replaced(bytes, "_x:0", "_q:0") : bytes)],
  ])("with %s fails when it is run", async (_, change) => {
    const session = await openWithFolder(await changed(change))
    await expect(session.run(x())).rejects.toMatchObject({ code: "backend-failed" })
  })

  it("that isn't loaded to its end leaves no file", async () => {
    const controller = new AbortController()
    const onProgress = (done: number) => {
      if (done > 20000) controller.abort(new Error("enough"))
    }
    const opening = openWithFolder(await importSigned(smallModel), { signal: controller.signal, onProgress })
    await expect(opening).rejects.toThrow("enough")
    await expect.poll(() => filesBelow(folder)).toEqual([])
  })

  describe.skipIf(missingRuntime("tensorflow"))("made anew by TensorFlow", () => {
    const make = (kind: string) => {
      const made = join(aside, kind)
      execFileSync(String(runtimes.tensorflow), [program, kind, made], { stdio: ["ignore", "ignore", "inherit"] })
      return made
    }

    it("has the same signatures as the one that tests use", async () => {
      const made = make("small")
      for (const { signature, inputs } of signatures) {
        const found = await (await open(signature, made)).run(inputs)
        expect(found).toEqual(await (await open(signature)).run(inputs))
      }
    }, 180_000)

    it("and exported by Keras, with two inputs and two outputs", async () => {
      const made = make("keras")
      const session = await open(undefined, made)
      expect(session.inputs).toHaveLength(2)
      const inputs = {
        tokens: tensor("int64", [2, 3], BigInt64Array.of(1n, 2n, 3n, 4n, 5n, 15n)),
        image: tensor("float32", [2, 8, 8, 3], seeded(5, 2 * 8 * 8 * 3)),
      }
      const expected = await runPlainSavedModel(made, "serving_default", inputs)
      expect(Object.keys(expected).sort()).toEqual(["answer", "picture"])
      expect(await session.run(inputs)).toEqual(expected)
    }, 180_000)
  })
})

describe("a SavedModel on WebAssembly is declined, with what to do", () => {
  const declined = { code: "model-declined", message: expect.stringContaining("strongroom setup tfjs-cpu") }

  it.each(signatures)("by its kind or its types: $signature", async ({ signature }) => {
    const opening = openWithFolder(await importSigned(smallModel, signature), {}, tfjs({ engine: "wasm" }))
    await expect(opening).rejects.toMatchObject(declined)
  })
})

const replaced = (bytes: Buffer, from: string, to: string) => Buffer.from(bytes.toString().replace(from, to))

/** The small model with other parts. */
async function changed(change: (name: string, bytes: Buffer) => Uint8Array | undefined): Promise<ModelToSeal> {
  const model = await importSigned(smallModel)
  const parts = model.parts.map(async ({ role, name, source }) => {
    const bytes = Buffer.alloc(await source.byteLength())
    await source.read(0, bytes)
    const other = change(name, bytes)
    return other === undefined ? [] : [{ role, name, source: bytesSource(other) }]
  })
  return { ...model, parts: (await Promise.all(parts)).flat() }
}
