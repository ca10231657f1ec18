import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { tfjs } from "@strongroom/backend-tfjs"
import { createPublisher } from "@strongroom/testkit"
import { openVault, tensor } from "@strongroom/vault"
import { afterAll, beforeAll, expect, it } from "vitest"
import { convolutionalNetwork, seeded } from "./graph-models.js"
import { importFiles } from "./open-model.js"
import { loadPlain, plainWasm } from "./plain.js"

const publisher = await createPublisher()

const tf: typeof import("@tensorflow/tfjs-core") = createRequire(import.meta.url)("@tensorflow/tfjs-core")

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "strongroom-test-"))
})
afterAll(() => rm(folder, { recursive: true }))

it("a model in a vault gives what tf.loadGraphModel's gives, bit for bit", async () => {
  const { json, shards } = convolutionalNetwork()
  const { bytes, identity, keys } = await publisher.ship(await importFiles({ json, shards }))
  const file = join(folder, "model.key")
  await writeFile(file, identity)
  const shape: [number, number, number, number] = [1, 32, 32, 3]
  const picture = seeded(11, 32 * 32 * 3)

  const plain = await loadPlain(plainWasm(), { json, shards })
  const expected = plain.execute({ image: tf.tensor(picture, shape) }, "probabilities")
  if (Array.isArray(expected)) throw new TypeError("one output was asked for")

  const vault = await openVault({ backend: tfjs({ engine: "wasm" }) })
  try {
    const session = await vault.load(bytes, { grant: keys.grant, identity: { file }, trust: keys.trust })
    const found = await session.run({ "image:0": tensor("float32", shape, picture) }, { outputs: ["probabilities:0"] })
    expect(found["probabilities:0"]).toEqual({ type: "float32", shape: [1, 10], data: expected.dataSync() })
    expect(vault.report().backend).toMatchObject({ name: "tfjs", engine: "tfjs", version: tf.version_core })
  } finally {
    await vault.close()
  }
})
