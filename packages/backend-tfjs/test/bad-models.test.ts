import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { tfjs } from "@strongroom/backend-tfjs"
import { bytesSource, type ImportedModel, tensor } from "@strongroom/core"
import { missingTfjsNode, tfjsNodeFolder } from "@strongroom/test-machine"
import { createPublisher } from "@strongroom/testkit"
import { openVault, type Session, type Vault } from "@strongroom/vault"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { GraphFiles } from "./graph-files.js"
import { convolutionalNetwork, oneOperator, seeded } from "./graph-models.js"
import { importFiles } from "./open-model.js"

const publisher = await createPublisher()
const image = () => tensor("float32", [1, 32, 32, 3], seeded(7, 32 * 32 * 3))

/** Names of convolutionalNetwork's that no error may hold. */
const names = /kernel|shard|probabilities|convolved|logits|model\.json/

/** The network with other bytes in its files, sealed by somebody who doesn't check them. */
async function withParts(change: (parts: ImportedModel["parts"]) => ImportedModel["parts"]) {
  const model = await importFiles(convolutionalNetwork())
  return { ...model, parts: change(model.parts) }
}

/** The network with another weightsManifest than its importer has seen. */
async function withManifest(change: (manifest: { weights: { shape: number[] }[]; paths: string[] }[]) => unknown) {
  const files = convolutionalNetwork()
  const description = JSON.parse(new TextDecoder().decode(files.json))
  description.weightsManifest = change(description.weightsManifest)
  const json = new TextEncoder().encode(JSON.stringify(description))
  return withParts((parts) =>
    parts.map((part) => (part.role === "graph" ? { ...part, source: bytesSource(json) } : part)),
  )
}

const engines = [
  { engine: "wasm", missing: undefined },
  { engine: "tfjs-node", missing: missingTfjsNode() },
] as const

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "strongroom-test-"))
})
afterAll(() => rm(folder, { recursive: true }))

describe.each(engines)("bad models in a vault, on $engine", ({ engine, missing }) => {
  let vault: Vault
  beforeAll(async () => {
    if (!missing) vault = await openVault({ backend: tfjs({ engine, setupFolder: tfjsNodeFolder }) })
  })
  afterAll(() => vault?.close())

  async function load(model: ImportedModel): Promise<Session> {
    const { bytes, identity, keys } = await publisher.ship(model)
    const file = join(folder, `${engine}.key`)
    await writeFile(file, identity)
    return vault.load(bytes, { grant: keys.grant, identity: { file }, trust: keys.trust })
  }

  /** That it is refused so, without a name of the model's; and that the vault goes on. */
  async function expectRefused(model: ImportedModel, code: string, message = /./) {
    const error = await load(model).then(
      () => undefined,
      (thrown) => thrown,
    )
    expect(error).toMatchObject({ code })
    expect(error.message).toMatch(message)
    expect(error.message).not.toMatch(names)
    const session = await load(await importFiles(convolutionalNetwork()))
    expect((await session.run({ "image:0": image() }))["features:0"]?.shape).toEqual([1, 16])
    await session.close()
  }

  it.skipIf(missing)("a shard that is missing", async () => {
    await expectRefused(await withParts((parts) => parts.slice(0, -1)), "backend-failed", /every file/)
  })

  it.skipIf(missing)("shards that are too short or too long, also by a byte", async () => {
    const resized = (by: number) =>
      withParts((parts) => {
        const last = parts.at(-1) as (typeof parts)[number]
        const bytes = [...convolutionalNetwork().shards.values()].at(-1) as Uint8Array
        const other = new Uint8Array(bytes.length + by)
        other.set(bytes.subarray(0, other.length))
        return [...parts.slice(0, -1), { ...last, source: bytesSource(other) }]
      })
    for (const by of [-1, -4]) await expectRefused(await resized(by), "backend-failed", /shorter/)
    for (const by of [1, 4]) await expectRefused(await resized(by), "backend-failed", /longer/)
  })

  it.skipIf(missing)("weights that are larger than all files, which take no memory", async () => {
    const model = await withManifest((groups) => {
      for (const { weights } of groups) for (const weight of weights) weight.shape = [1_000_000, 1_000_000]
      return groups
    })
    await expectRefused(model, "backend-failed", /shorter/)
  })

  it.skipIf(missing)("a weightsManifest that is none", async () => {
    for (const manifest of [
      7,
      [7],
      [{ paths: ["x"] }],
      [{ paths: [], weights: [{ name: "w", dtype: "float8", shape: [] }] }],
    ]) {
      await expectRefused(await withManifest(() => manifest), "backend-failed")
    }
  })

  it.skipIf(missing)("parts in another order are the same model", async () => {
    const plain = await load(await importFiles(convolutionalNetwork()))
    const session = await load(await withParts((parts) => [...parts].reverse()))
    expect(await session.run({ "image:0": image() })).toEqual(await plain.run({ "image:0": image() }))
    await plain.close()
    await session.close()
  })

  it.skipIf(missing)("an operator that nobody knows, which is named", async () => {
    await expectRefused(await importFiles(oneOperator("Acos2")), "model-declined", /it has no Acos2/)
  })

  it.skipIf(missing)("NaN among the weights comes out as NaN", async () => {
    const files = convolutionalNetwork()
    // Its last ten weights, which are the last that are added.
    const [last] = [...files.shards.values()].slice(-1)
    last?.fill(0xff, last.length - 10 * 4)
    const session = await load(await importFiles(files))
    const outputs = await session.run({ "image:0": image() })
    expect(outputs["probabilities:0"]?.data).toEqual(new Float32Array(10).fill(Number.NaN))
    await session.close()
  })

  it.skipIf(missing)("an input of another rank, size or type", async () => {
    const session = await load(await importFiles(convolutionalNetwork()))
    const flat = tensor("float32", [32 * 32 * 3], seeded(7, 32 * 32 * 3))
    await expect(session.run({ "image:0": flat })).rejects.toMatchObject({ code: "input-shape" })
    const small = tensor("float32", [1, 16, 64, 3], seeded(7, 32 * 32 * 3))
    await expect(session.run({ "image:0": small })).rejects.toMatchObject({ code: "input-shape" })
    const whole = tensor("int32", [1, 32, 32, 3], new Int32Array(32 * 32 * 3))
    await expect(session.run({ "image:0": whole })).rejects.toMatchObject({ code: "input-type" })
    expect((await session.run({ "image:0": image() }))["features:0"]?.shape).toEqual([1, 16])
    await session.close()
  })

  it.skipIf(missing)(
    "10,000 weights",
    async () => {
      const session = await load(await importFiles(manyWeights(10_000)))
      expect((await session.run({ "x:0": tensor("float32", [2], [0, 1]) }))["y:0"]?.data).toEqual(
        Float32Array.of(10_000, 10_001),
      )
      await session.close()
    },
    60_000,
  )

  it.skipIf(missing)(
    "a model.json of 200 MB",
    async () => {
      const { json, shards } = convolutionalNetwork()
      const padded = Buffer.concat([
        json.subarray(0, -1),
        Buffer.from(`,"padding":"`),
        Buffer.alloc(2e8, "x"),
        Buffer.from('"}'),
      ])
      const session = await load(await importFiles({ json: padded, shards }))
      expect((await session.run({ "image:0": image() }))["features:0"]?.shape).toEqual([1, 16])
      await session.close()
    },
    60_000,
  )
})

/** y = x + w0 + w1 + ... where each is 1. */
function manyWeights(count: number): GraphFiles {
  const float = { type: "DT_FLOAT" }
  const tensorShape = (sizes: readonly number[]) => ({ dim: sizes.map((size) => ({ size: String(size) })) })
  const weights = Array.from({ length: count }, (_, index) => ({ name: `w${index}`, dtype: "float32", shape: [] }))
  const described = (name: string) => ({
    [name]: { name: `${name}:0`, dtype: "DT_FLOAT", tensorShape: tensorShape([-1]) },
  })
  const json = {
    format: "graph-model",
    signature: { inputs: described("x"), outputs: described("y") },
    modelTopology: {
      versions: { producer: 1 },
      node: [
        { name: "x", op: "Placeholder", attr: { dtype: float, shape: { shape: tensorShape([-1]) } } },
        ...weights.map(({ name }) => ({ name, op: "Const", attr: { dtype: float } })),
        ...weights.map(({ name }, index) => ({
          name: index === count - 1 ? "y" : `s${index}`,
          op: "AddV2",
          input: [index === 0 ? "x" : `s${index - 1}`, name],
          attr: { T: float },
        })),
      ],
    },
    weightsManifest: [{ paths: ["weights.bin"], weights }],
  }
  const bytes = new Uint8Array(new Float32Array(count).fill(1).buffer)
  return { json: new TextEncoder().encode(JSON.stringify(json)), shards: new Map([["weights.bin", bytes]]) }
}
