import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { tfjs } from "@strongroom/backend-tfjs"
import { type ArtifactStore, memoryStore } from "@strongroom/core"
import { missingVulkanDriver, type VulkanDriverName } from "@strongroom/test-machine"
import { createPublisher } from "@strongroom/testkit"
import { openVault, tensor, type Vault } from "@strongroom/vault"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import type { GraphFiles } from "./graph-files.js"
import { convolutionalNetwork, oneOperator, seeded } from "./graph-models.js"
import { importFiles } from "./open-model.js"
import { runPlainWebgpu } from "./plain-webgpu.js"
import { webgpuOn } from "./webgpu-driver.js"

/** Compilers in software drivers take their time. */
const timeout = 180_000

const publisher = await createPublisher()

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "strongroom-test-"))
})
afterAll(() => rm(folder, { recursive: true }))

const vaults: Vault[] = []
afterEach(async () => {
  for (const vault of vaults.splice(0)) await vault.close()
})

async function open(name: VulkanDriverName, artifactStore?: ArtifactStore): Promise<Vault> {
  const kept = artifactStore && ({ cache: "sealed", artifactStore } as const)
  const vault = await openVault({ backend: tfjs(webgpuOn(name)), ...kept })
  vaults.push(vault)
  return vault
}

async function ship(files: GraphFiles) {
  const model = await importFiles(files)
  const { bytes, identity, keys } = await publisher.ship(model)
  const file = join(folder, "model.key")
  await writeFile(file, identity)
  return { bytes, keys: { grant: keys.grant, identity: { file }, trust: keys.trust } }
}

const artifacts = (vault: Vault) => {
  const { evidence } = vault.report().guarantees.find(({ id }) => id === "cache.policy") ?? {}
  return (evidence as { readonly artifacts: { readonly hits: number; readonly written: number } }).artifacts
}

const image = () => tensor("float32", [1, 32, 32, 3], seeded(11, 32 * 32 * 3))

const missing = missingVulkanDriver("swiftshader") ?? missingVulkanDriver("lavapipe")
describe.skipIf(missing)(`WebGPU in a vault${missing ? `: ${missing}` : ""}`, () => {
  it.each(["swiftshader", "lavapipe"] as const)(
    "gives what TensorFlow.js gives, bit for bit, on %s",
    async (name) => {
      const { bytes, keys } = await ship(convolutionalNetwork())
      const vault = await open(name)
      const session = await vault.load(bytes, keys)
      const found = await session.run({ "image:0": image() }, { outputs: ["probabilities:0"] })
      const run = { inputs: { image: image() }, outputs: ["probabilities:0"], isDynamic: false }
      const [expected] = await runPlainWebgpu(name, convolutionalNetwork(), run)
      const data = new Float32Array(new Uint8Array(expected as Buffer).buffer)
      expect(found["probabilities:0"]).toEqual({ type: "float32", shape: [1, 10], data })
      expect(vault.report().backend).toMatchObject({ engine: "tfjs", device: expect.stringMatching(/^WebGPU on /) })
    },
    timeout,
  )

  it(
    "two vaults use one device at once",
    async () => {
      const { bytes, keys } = await ship(oneOperator("Relu"))
      const sessions = await Promise.all([1, 2].map(async () => (await open("swiftshader")).load(bytes, keys)))
      const outputs = await Promise.all(
        sessions.map((session, index) => session.run({ "x:0": tensor("float32", [3], [-1, index, 2]) })),
      )
      expect(outputs.map((output) => output["y:0"]?.data)).toEqual([Float32Array.of(0, 0, 2), Float32Array.of(0, 1, 2)])
    },
    timeout,
  )

  it(
    "keeps what Mesa compiled, sealed: the next vault has all of it, and compiles nothing",
    async () => {
      const { bytes, keys } = await ship(convolutionalNetwork())
      const store = memoryStore()
      for (const first of [true, false]) {
        const vault = await open("lavapipe", store)
        const session = await vault.load(bytes, keys)
        await session.run({ "image:0": image() })
        await session.close()
        const { hits, written } = artifacts(vault)
        expect(hits).toBe(first ? 0 : 1)
        expect(written > 0).toBe(first)
      }
    },
    timeout,
  )

  it(
    "keeps nothing while it can't tell whose it is",
    async () => {
      const one = await ship(oneOperator("Relu"))
      const other = await ship(oneOperator("Exp"))
      const vault = await open("lavapipe", memoryStore())
      const sessions = [await vault.load(one.bytes, one.keys), await vault.load(other.bytes, other.keys)]
      const x = { "x:0": tensor("float32", [4096], seeded(3, 4096)) }
      for (const session of sessions) await session.run(x)
      for (const session of sessions) await session.close()
      expect(artifacts(vault).written).toBe(0)
    },
    timeout,
  )
})
