import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onnxruntime } from "@strongroom/backend-onnxruntime"
import { memoryStore } from "@strongroom/core"
import { createPublisher } from "@strongroom/testkit"
import { openVault } from "@strongroom/vault"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { cacheOf, changed, ignoredOf, runIn, runOnce, type Shipped } from "./in-vaults.js"
import { byTheEngineAlone, type OcrModel, type OcrModelName, ocrModel } from "./ocr-model.js"

const publisher = await createPublisher()

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "strongroom-test-"))
})
afterAll(() => rm(folder, { recursive: true }))

/** A model of OCR, sealed. */
type ShippedOcr = Shipped & OcrModel

let shippedModels = 0

async function ship(name: OcrModelName = "classification"): Promise<ShippedOcr> {
  const model = await ocrModel(name)
  const { bytes, identity, keys } = await publisher.ship(model.toSeal)
  const file = join(folder, `${++shippedModels}.key`)
  await writeFile(file, identity)
  return { ...model, bytes, keys: { grant: keys.grant, identity: { file }, trust: keys.trust } }
}

const fresh = { hits: 0, misses: 1, written: 1, failures: 0 }
const found = { hits: 1, misses: 0, written: 0, failures: 0 }

// Elsewhere nothing is kept: what a processor can do isn't told, and the private folder is on a disk.
describe.runIf(process.platform === "linux")("an optimised model", () => {
  it("isn't kept under off", async () => {
    await using vault = await openVault({ backend: onnxruntime(), cache: "off" })
    const shipped = await ship()
    expect((await runIn(vault, shipped)).equals((await byTheEngineAlone(shipped)).bytes)).toBe(true)
    expect(cacheOf(vault)).toEqual({ state: cacheOf(vault).state, policy: "off", missing: [] })
  })

  it("is kept for the life of a vault under memory", async () => {
    await using vault = await openVault({ backend: onnxruntime(), cache: "memory" })
    const shipped = await ship()
    const expected = (await byTheEngineAlone(shipped)).bytes
    for (const _ of [1, 2, 3]) expect((await runIn(vault, shipped)).equals(expected)).toBe(true)
    expect(cacheOf(vault)).toMatchObject({ artifacts: { hits: 2, misses: 1, written: 1, failures: 0 } })
    expect(cacheOf(vault).backend).toBeUndefined()
  })

  it.each(["classification", "recognition"] as const)(
    "of %s is kept for all vaults under sealed, computes the same bits, and is no plaintext",
    async (name) => {
      const shipped = await ship(name)
      const expected = (await byTheEngineAlone(shipped)).bytes
      const store = memoryStore()
      const first = await runOnce(shipped, store)
      expect(first).toMatchObject({ artifacts: fresh })
      const [entry, ...others] = await store.list()
      expect(others).toEqual([])
      const bytes = Buffer.from((await store.get(String(entry?.key))) ?? [])
      expect(bytes.toString("latin1", 0, 8)).toBe("SRARTIF1")
      for (const word of [
        ...Object.keys(shipped.inputs).filter(({ length }) => length > 3),
        "Conv",
        "nchwc",
        "Softmax",
      ]) {
        expect(bytes.includes(word), word).toBe(false)
      }
      const second = await runOnce(shipped, store)
      expect(second).toMatchObject({ artifacts: found })
      for (const { outputs, state, backend } of [first, second]) {
        expect(outputs.equals(expected)).toBe(true)
        expect(state).toBe("enforced")
        expect(backend).toBeUndefined()
      }
    },
  )

  it("that was damaged, cut, or is another model's is made again", async () => {
    const [shipped, other] = [await ship(), await ship()]
    const expected = (await byTheEngineAlone(shipped)).bytes
    const [store, otherStore] = [memoryStore(), memoryStore()]
    await runOnce(shipped, store)
    await runOnce(other, otherStore)
    const length = (await store.list())[0]?.byteLength as number
    const [foreign] = await otherStore.list()
    const foreignEntry = (await otherStore.get(String(foreign?.key))) as Uint8Array
    const damages: ((entry: Uint8Array) => Uint8Array)[] = [
      ...[8, 40, length >> 1, length - 1].map(
        (at) => (entry: Uint8Array) => entry.map((byte, i) => (i === at ? byte ^ 4 : byte)),
      ),
      ...[0, length >> 1, length - 1].map((end) => (entry: Uint8Array) => entry.slice(0, end)),
      () => foreignEntry,
    ]
    for (const damage of damages) {
      const { outputs, artifacts } = await runOnce(shipped, await changed(store, damage))
      expect(outputs.equals(expected)).toBe(true)
      expect({ hits: artifacts.hits, ignored: ignoredOf(artifacts), written: artifacts.written }).toEqual({
        hits: 0,
        ignored: 1,
        written: 1,
      })
    }
  })

  it("isn't kept, nor looked for, where the model is larger than it may be", async () => {
    const shipped = await ship()
    const size = shipped.onnx.byteLength
    const store = memoryStore()
    const none = await runOnce(shipped, store, { keepUpTo: size - 1 })
    expect(none).toMatchObject({ artifacts: { hits: 0, misses: 0, written: 0 } })
    expect(await runOnce(shipped, store, { keepUpTo: size })).toMatchObject({ artifacts: fresh })
    expect(await runOnce(shipped, store, { keepUpTo: 0 })).toMatchObject({ artifacts: { hits: 0, written: 0 } })
  })
})
