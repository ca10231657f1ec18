import { onnxruntime } from "@strongroom/backend-onnxruntime"
import { bytesSource, type ImportedModel, importOnnx, memoryStore, openInProcess } from "@strongroom/core"
import { fileSource } from "@strongroom/core/node"
import { missingDriver } from "@strongroom/test-machine"
import { createPublisher } from "@strongroom/testkit"
import { openVault, tensor } from "@strongroom/vault"
import { afterAll, describe, expect, it } from "vitest"
import { intelGpu, pocl } from "./backends.js"
import { isFull } from "./fast-form.js"
import { packagedModels } from "./onnx/packaged-models.js"
import { picture, tellingNetwork, tellingWord } from "./telling-network.js"
import { cacheOf, changed, createShippingFolder, damageAt, damages, type Inputs, runIn, runOnce } from "./vault-runs.js"

const shipping = createShippingFolder()
afterAll(() => shipping.remove())

const image = (height: number, width: number): Inputs => ({
  [`${tellingWord}_image`]: tensor("float32", [1, 3, height, width], picture(height, width)),
})
const small = image(8, 8)
const large = image(12, 10)

/** What ONNX Runtime makes of it, of each of the inputs. */
async function expectedOf(model: ImportedModel, ...inputs: readonly Inputs[]) {
  const { bytes, keys } = await (await createPublisher()).ship(model)
  const session = await openInProcess(onnxruntime(), bytesSource(bytes), keys)
  try {
    const results: number[][] = []
    for (const one of inputs) {
      const [output] = Object.values(await session.run(one))
      results.push(Array.from(output?.data as Float32Array))
    }
    return results
  } finally {
    await session.close()
  }
}

const near = (lists: readonly (readonly number[])[]) =>
  lists.map((list) => list.map((number) => expect.closeTo(number, 4)))

const expected = await expectedOf(await tellingNetwork(), small, large)
const expectedOfFew = await expectedOf(await tellingNetwork(1, "few"), small, large)
const drivers = [
  { name: "pocl", backend: pocl, computes: true, programsOfShape: 1 },
  // A GPU's tiles are the same for both shapes.
  { name: "intel-gpu", backend: intelGpu, computes: false, programsOfShape: 0 },
]

for (const { name, backend, computes, programsOfShape } of drivers) {
  const why = missingDriver(name)
  // A device that computes nothing gives anything.
  const results = (...lists: readonly (readonly number[])[]) =>
    computes ? near(lists) : lists.map((list) => list.map(() => expect.any(Number)))
  const [ofSmall = [], ofLarge = []] = expected
  const [ofFew = [], ofFewLarge = []] = expectedOfFew

  describe.skipIf(why)(`Networks on ${name} in a vault${why ? ` (not here: ${why})` : ""}`, () => {
    it("keep nothing under off", async () => {
      await using vault = await openVault({ backend: backend(), cache: "off" })
      const shipped = await shipping.ship(await tellingNetwork(1, "few"))
      expect(await runIn(vault, shipped, small, large)).toEqual(results(ofFew, ofFewLarge))
      expect(cacheOf(vault)).toEqual({ policy: "off", missing: [] })
    })

    it("compile once in the life of a vault under memory", async () => {
      await using vault = await openVault({ backend: backend(), cache: "memory" })
      const shipped = await shipping.ship(await tellingNetwork(1, "few"))
      for (const _ of [1, 2, 3]) expect(await runIn(vault, shipped, small)).toEqual(results(ofFew))
      const { artifacts } = cacheOf(vault)
      expect(artifacts).toMatchObject({ failures: 0 })
      expect(artifacts.misses).toBe(artifacts.written)
      expect(artifacts.hits).toBe(2 * artifacts.written)
    })

    it("compile once for all vaults under sealed, and of each shape of inputs, and keep no word in the clear", async () => {
      const shipped = await shipping.ship(await tellingNetwork())
      const store = memoryStore()
      const first = await runOnce(backend(), shipped, store, small)
      expect(first).toMatchObject({ results: results(ofSmall), artifacts: { hits: 0, failures: 0 } })
      expect(first.artifacts.written).toBeGreaterThan(0)
      for (const { key } of await store.list()) {
        const entry = Buffer.from((await store.get(key)) ?? [])
        expect(entry.toString("latin1", 0, 8)).toBe("SRARTIF1")
        expect(entry.includes(tellingWord) || entry.includes("float")).toBe(false)
      }
      // Of another shape it may be more, which is found again as it was kept.
      const both = await runOnce(backend(), shipped, store, small, large)
      expect(both).toMatchObject({ results: results(ofSmall, ofLarge), artifacts: { failures: 0 } })
      expect(both.artifacts).toMatchObject({ hits: first.artifacts.written, misses: programsOfShape })
      // In the other order, too.
      const again = await runOnce(backend(), shipped, store, large, small)
      expect(again).toMatchObject({
        results: results(ofLarge, ofSmall),
        artifacts: { misses: 0, written: 0, failures: 0 },
      })
    })

    it("compile again what was damaged, cut, or is another model's", async () => {
      const shipped = await shipping.ship(await tellingNetwork(1, "few"))
      const store = memoryStore()
      const { artifacts: once } = await runOnce(backend(), shipped, store, small)
      // The full form has each damage of all entries; the fast one a bit and an end of each, of two kinds each.
      for (const first of isFull ? damages.keys() : [2, 6]) {
        const damaged = await changed(store, (entry, index) => damageAt(isFull ? first : first + (index % 2))(entry))
        const again = await runOnce(backend(), shipped, damaged, small)
        expect(again).toMatchObject({ results: results(ofFew), artifacts: { hits: 0, written: once.written } })
      }
      const otherStore = memoryStore()
      await runOnce(backend(), await shipping.ship(await tellingNetwork(2, "few")), otherStore, small)
      const foreign = await otherStore.list()
      const swapped = memoryStore()
      for (const [index, { key }] of (await store.list()).entries())
        await swapped.put(key, (await otherStore.get(String(foreign[index]?.key))) ?? new Uint8Array(0))
      const { artifacts, results: numbers } = await runOnce(backend(), shipped, swapped, small)
      expect(numbers).toEqual(results(ofFew))
      expect(artifacts).toMatchObject({ hits: 0, ignored: { authenticity: once.written } })
    })

    it("keep two models of one vault apart, also when both are compiled at once", async () => {
      const models = [await tellingNetwork(1, "few"), await tellingNetwork(3, "few")] as const
      const others = await expectedOf(await tellingNetwork(3, "few"), small)
      const [a, b] = [await shipping.ship(models[0]), await shipping.ship(models[1])]
      await using vault = await openVault({ backend: backend(), cache: "sealed", artifactStore: memoryStore() })
      const ran = await Promise.all([a, b, a].map((shipped) => runIn(vault, shipped, small)))
      expect(ran).toEqual([results(ofFew), results(...others), results(ofFew)])
    })
  })
}

const whyNoPocl = missingDriver("pocl")

describe.skipIf(whyNoPocl)(`Networks on PoCL and others${whyNoPocl ? ` (not here: ${whyNoPocl})` : ""}`, () => {
  it.skipIf(missingDriver("intel-gpu"))("tell their artifacts apart in one store", async () => {
    const shipped = await shipping.ship(await tellingNetwork(1, "few"))
    const store = memoryStore()
    const misses: number[] = []
    for (const backend of [pocl, intelGpu, pocl, intelGpu])
      misses.push((await runOnce(backend(), shipped, store, small)).artifacts.misses)
    expect(misses.map((count) => count > 0)).toEqual([true, true, false, false])
  })

  // The fast form has real models in this process (packaged-networks.ts), and in the sample application's vault.
  it.runIf(isFull)("compute what ONNX Runtime computes, of a real model", async () => {
    const path = packagedModels.find((one) => one.includes("_cls_")) as string
    const pixels = Float32Array.from({ length: 3 * 48 * 192 }, (_, index) => Math.sin(index / 97))
    const inputs = { x: tensor("float32", [1, 3, 48, 192], pixels) }
    const there = await expectedOf(await importOnnx(fileSource(path)), inputs)
    await using vault = await openVault({ backend: pocl(), cache: "memory" })
    expect(await runIn(vault, await shipping.ship(await importOnnx(fileSource(path))), inputs)).toEqual(near(there))
    await expect.poll(() => cacheOf(vault).artifacts.written).toBeGreaterThan(0)
  })
})
