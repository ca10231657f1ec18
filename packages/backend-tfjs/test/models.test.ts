import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { tfjs } from "@strongroom/backend-tfjs"
import type { Tensor } from "@strongroom/core"
import type { TensorSpec } from "@strongroom/core/backend"
import { missingTfjsNode, tfjsNodeFolder } from "@strongroom/test-machine"
import { createPublisher } from "@strongroom/testkit"
import { openVault, tensor, type Vault } from "@strongroom/vault"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { graphOf, wayOf } from "../src/graph.js"
import type { GraphFiles } from "./graph-files.js"
import { seeded } from "./graph-models.js"
import { importFiles } from "./open-model.js"
import { loadPlain, type PlainEngine, plainTensorflow, plainWasm } from "./plain.js"
import { humanModel, humanModels, nsfwModel } from "./real-models.js"

const publisher = await createPublisher()

const models: readonly { readonly name: string; readonly files: () => GraphFiles }[] = [
  ...humanModels.map((name) => ({ name, files: () => humanModel(name) })),
  { name: "nsfwjs mobilenet_v2_mid", files: () => nsfwModel("mobilenet_v2_mid") },
]

const engines = [
  { engine: "wasm", plain: plainWasm, missing: undefined },
  { engine: "tfjs-node", plain: plainTensorflow, missing: missingTfjsNode() },
] as const

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "strongroom-test-"))
})
afterAll(() => rm(folder, { recursive: true }))

/** Boxes and scores of handtrack. Which of them it picks, its others tell: in noise, rounding decides that. */
const rawOutputs: readonly string[] = ["Identity_6:0", "Identity_7:0"]

/** What a vault gave, by engine and model. */
const results = new Map<string, { readonly [output: string]: Tensor }>()

for (const { engine, plain, missing } of engines) {
  describe.skipIf(missing)(`trained models on ${engine} in a vault`, () => {
    let vault: Vault
    let here: PlainEngine
    beforeAll(async () => {
      here = plain()
      vault = await openVault({ backend: tfjs({ engine, setupFolder: tfjsNodeFolder }) })
    })
    afterAll(() => vault?.close())

    it.each(models)("$name gives what tf.loadGraphModel's gives, bit for bit", async ({ name, files }) => {
      const { json, shards } = files()
      const model = await importFiles({ json, shards })
      const { bytes, identity, keys } = await publisher.ship(model)
      const file = join(folder, "model.key")
      await writeFile(file, identity)
      const session = await vault.load(bytes, { grant: keys.grant, identity: { file }, trust: keys.trust })
      const reference = await loadPlain(here, { json, shards })
      const names = model.outputs.map((spec) => spec.name)
      const nodes = names.map((key) => key.replace(/:0$/, ""))
      const run = wayOf(graphOf(reference), nodes) === "async" ? "executeAsync" : "execute"

      // The second run is recorded where that is possible, and the third repeats it.
      for (const seed of [7, 6, 5]) {
        const inputs = Object.fromEntries(model.inputs.map((spec) => [spec.name, picture(spec, seed)]))
        const found = await session.run(inputs)
        results.set(`${engine} ${name}`, found)
        const feeds = Object.fromEntries(
          Object.entries(inputs).map(([key, { shape, type, data }]) => [
            key,
            here.tf.tensor(data as Float32Array, [...shape], type as "float32"),
          ]),
        )
        const expected = [await reference[run](feeds, names)].flat()
        for (const [index, key] of names.entries()) {
          expect(found[key]?.shape).toEqual(expected[index]?.shape)
          expect(Buffer.compare(bytesOf(found[key]?.data), bytesOf(expected[index]?.dataSync()))).toBe(0)
        }
        here.tf.dispose([...Object.values(feeds), ...expected])
      }
      await session.close()
      reference.dispose()
    })
  })
}

describe.skipIf(missingTfjsNode())("trained models across engines", () => {
  it.each(models)("$name is the same on wasm and on tfjs-node, within 1e-4 of the largest output", ({ name }) => {
    const wasm = results.get(`wasm ${name}`) ?? {}
    const tensorflow = results.get(`tfjs-node ${name}`) ?? {}
    expect(Object.keys(wasm)).not.toHaveLength(0)
    for (const [key, { data }] of Object.entries(wasm)) {
      if (name === "handtrack" && !rawOutputs.includes(key)) continue
      expect(largestDifference(data as Float32Array, tensorflow[key]?.data as Float32Array)).toBeLessThan(1e-4)
    }
  })
})

/** Noise, of the size and range that the models want. */
function picture({ type, shape }: TensorSpec, seed: number): Tensor {
  const sizes = shape.map((size) => (typeof size === "number" ? size : 1))
  const noise = seeded(
    seed,
    sizes.reduce((product, size) => product * size, 1),
  )
  return type === "int32"
    ? tensor(
        "int32",
        sizes,
        Int32Array.from(noise, (value) => Math.floor((value + 1) * 127)),
      )
    : tensor("float32", sizes, noise)
}

function bytesOf(data: Tensor["data"] | undefined | ReturnType<import("@tensorflow/tfjs-core").Tensor["dataSync"]>) {
  const { buffer, byteOffset, byteLength } = data as Uint8Array
  return Buffer.from(buffer, byteOffset, byteLength)
}

/** Of the largest value. */
function largestDifference(left: Float32Array, right: Float32Array): number {
  let difference = 0
  let largest = 0
  for (const [index, value] of left.entries()) {
    difference = Math.max(difference, Math.abs(value - (right[index] ?? Number.NaN)))
    largest = Math.max(largest, Math.abs(value))
  }
  return difference / largest
}
