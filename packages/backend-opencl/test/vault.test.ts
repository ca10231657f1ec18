import { spawnSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { opencl } from "@strongroom/backend-opencl"
import { type ArtifactStore, memoryStore } from "@strongroom/core"
import type { Backend } from "@strongroom/core/backend"
import { missingDriver } from "@strongroom/test-machine"
import { openVault, tensor, type Vault } from "@strongroom/vault"
import { afterAll, describe, expect, it } from "vitest"
import { intelGpu, pocl } from "./backends.js"
import { ofForm } from "./fast-form.js"
import { scaleBundle } from "./scale-bundle.js"
import {
  cacheOf,
  changed,
  createShippingFolder,
  damageAt,
  damages,
  runIn as runAll,
  runOnce as runAllOnce,
  type Shipped,
} from "./vault-runs.js"

const shipping = createShippingFolder()
const { path: folder } = shipping
afterAll(() => shipping.remove())

const x = tensor("float32", [4], [1, 2, 3, 4])

const ship = async (kernelName: string, by?: number): Promise<Shipped> =>
  shipping.ship(await scaleBundle(kernelName, by))

async function runIn(vault: Vault, shipped: Shipped): Promise<readonly number[]> {
  const [result = []] = await runAll(vault, shipped, { x })
  return result
}

async function runOnce(backend: Backend, shipped: Shipped, artifactStore: ArtifactStore) {
  const { results, ...cache } = await runAllOnce(backend, shipped, artifactStore, { x })
  return { result: results[0], ...cache }
}

const drivers = [
  { name: "pocl", backend: pocl, computes: true },
  { name: "intel-gpu", backend: intelGpu, computes: false },
]

for (const { name, backend, computes } of drivers) {
  const why = missingDriver(name)
  // A device that computes nothing fills nothing with zeros either: there, that a result came is all.
  const adding = (by: number) => [2, 6, 6, 12].map((product) => (computes ? product + by : expect.any(Number)))
  const expected = adding(1)

  describe.skipIf(why)(`${name} in a vault${why ? ` (not here: ${why})` : ""}`, () => {
    it("keeps nothing under off", async () => {
      await using vault = await openVault({ backend: backend(), cache: "off" })
      const shipped = await ship("keeps_nothing")
      expect(await runIn(vault, shipped)).toEqual(expected)
      expect(cacheOf(vault)).toEqual({ policy: "off", missing: [] })
    })

    it("compiles once in the life of a vault under memory", async () => {
      await using vault = await openVault({ backend: backend(), cache: "memory" })
      const shipped = await ship("keeps_in_memory")
      for (const _ of [1, 2, 3]) expect(await runIn(vault, shipped)).toEqual(expected)
      expect(cacheOf(vault).artifacts).toMatchObject({ hits: 2, misses: 1, written: 1, failures: 0 })
    })

    it("compiles once for all vaults under sealed, and keeps no word of it in the clear", async () => {
      const shipped = await ship("keeps_sealed")
      const store = memoryStore()
      const first = await runOnce(backend(), shipped, store)
      expect(first).toMatchObject({ result: expected, artifacts: { hits: 0, misses: 1, written: 1, failures: 0 } })
      expect(first.couldNotBeKept).toBeUndefined()
      const [entry, ...others] = await store.list()
      expect(others).toEqual([])
      const bytes = Buffer.from((await store.get(String(entry?.key))) ?? [])
      expect(bytes.toString("latin1", 0, 8)).toBe("SRARTIF1")
      expect(bytes.includes("keeps_sealed")).toBe(false)
      const second = await runOnce(backend(), shipped, store)
      expect(second).toMatchObject({ result: expected, artifacts: { hits: 1, misses: 0, written: 0, failures: 0 } })
    })

    it("compiles again what was damaged, cut, or is another model's", async () => {
      const shipped = await ship("is_damaged")
      const store = memoryStore()
      await runOnce(backend(), shipped, store)
      // The fast form has a bit and an end.
      for (const damage of ofForm(damages, [damageAt(2), damageAt(6)])) {
        const { result, artifacts } = await runOnce(backend(), shipped, await changed(store, damage))
        expect(result).toEqual(expected)
        const { format, version, authenticity } = artifacts.ignored
        expect({ hits: artifacts.hits, ignored: format + version + authenticity, written: artifacts.written }).toEqual({
          hits: 0,
          ignored: 1,
          written: 1,
        })
      }
      const other = await ship("is_another", 5)
      const otherStore = memoryStore()
      await runOnce(backend(), other, otherStore)
      const [[own], [foreign]] = [await store.list(), await otherStore.list()]
      const swapped = memoryStore()
      await swapped.put(String(own?.key), (await otherStore.get(String(foreign?.key))) ?? new Uint8Array(0))
      const { result, artifacts } = await runOnce(backend(), shipped, swapped)
      expect(result).toEqual(expected)
      expect(artifacts).toMatchObject({ hits: 0, ignored: { authenticity: 1 }, written: 1 })
    })

    it("keeps two models of one vault apart, also when both are compiled at once", async () => {
      const [a, b] = [await ship("model_a"), await ship("model_b", 9)]
      const store = memoryStore()
      const vault = await openVault({ backend: backend(), cache: "sealed", artifactStore: store })
      const results = await Promise.all([a, b, a].map((shipped) => runIn(vault, shipped)))
      await vault.close()
      expect(results).toEqual([expected, adding(9), expected])
      for (const shipped of [a, b]) {
        const { result, artifacts } = await runOnce(backend(), shipped, store)
        expect(result).toEqual(shipped === a ? expected : adding(9))
        expect(artifacts).toMatchObject({ hits: 1, misses: 0 })
      }
      // With what was compiled of the other in it, an entry would be twice as long. (PoCL's aren't equal from time to
      // time: names of temporary files are in them.)
      const alone = memoryStore()
      await runOnce(backend(), a, alone)
      const [longest = 0] = (await alone.list()).map(({ byteLength }) => 1.5 * byteLength)
      expect((await store.list()).filter(({ byteLength }) => byteLength > longest)).toEqual([])
      expect(await store.list()).toHaveLength(2)
    })

    it("serves several vaults that share a store", async () => {
      const shipped = await ship("is_shared")
      const store = memoryStore()
      const runs = await Promise.all([1, 2, 3, 4].map(() => runOnce(backend(), shipped, store)))
      for (const { result } of runs) expect(result).toEqual(expected)
      expect(await runOnce(backend(), shipped, store)).toMatchObject({ artifacts: { hits: 1, written: 0 } })
    })

    it("says in the report why a store kept nothing", async () => {
      const refused = () => Promise.reject(Object.assign(new Error("the disk is full"), { code: "ENOSPC" }))
      const store: ArtifactStore = { ...memoryStore(), put: refused }
      await using vault = await openVault({ backend: backend(), cache: "sealed", artifactStore: store })
      expect(await runIn(vault, await ship("is_not_kept"))).toEqual(expected)
      await expect.poll(() => cacheOf(vault).store).toMatchObject({ kept: 0, failures: 1 })
      expect(vault.report().guarantees.find(({ id }) => id === "cache.policy")?.mechanism).toContain("disk is full")
    })
  })
}

const whyNoPocl = missingDriver("pocl")

describe.skipIf(whyNoPocl)(`PoCL and others${whyNoPocl ? ` (not here: ${whyNoPocl})` : ""}`, () => {
  it.skipIf(missingDriver("intel-gpu"))("tell their artifacts apart in one store", async () => {
    const shipped = await ship("for_two_drivers")
    const store = memoryStore()
    const hits: number[] = []
    for (const backend of [pocl, intelGpu, pocl, intelGpu]) {
      hits.push((await runOnce(backend(), shipped, store)).artifacts.hits)
    }
    expect(hits).toEqual([0, 0, 1, 1])
  })

  it("keeps the guarantees that its vault had", async () => {
    await using vault = await openVault({ backend: pocl() })
    const before = vault.report()
    await runIn(vault, await ship("is_reported"))
    const report = vault.report()
    const state = (id: string) => report.guarantees.find((one) => one.id === id)?.state
    for (const id of [
      "process.environment",
      "process.inspector",
      "files.confined",
      "network.none",
      "syscalls.filtered",
    ]) {
      expect({ id, state: state(id) }).toEqual({ id, state: "enforced" })
    }
    // Although PoCL links by ld.
    expect(state("process.execute")).toBe("enforced")
    expect(report.guarantees.map(({ id, state }) => [id, state])).toEqual(
      before.guarantees.map(({ id, state }) => [
        id,
        id === "model.authentic" || id === "keys.outside-app" ? expect.anything() : state,
      ]),
    )
  })

  it("a driver that ends its process ends the vault, and not the app", async () => {
    const source = join(folder, "crash.c")
    const library = join(folder, "crash.so")
    writeFileSync(source, "#include <stdlib.h>\n__attribute__((constructor)) static void crash(void) { abort(); }\n")
    const built = spawnSync("cc", ["-shared", "-fPIC", "-o", library, source])
    if (built.status !== 0) throw new Error("This test needs a C compiler.")
    const vendors = join(folder, "vendors")
    mkdirSync(vendors)
    writeFileSync(join(vendors, "crash.icd"), `${library}\n`)
    const { library: loader } = Object(pocl().options)
    const failure = await openVault({ backend: opencl({ drivers: vendors, library: loader, read: [folder] }) }).then(
      () => undefined,
      (error: { code?: string }) => error.code,
    )
    expect(failure).toMatch(/^vault-(exited|start)$/)
  })

  it("without a driver says what is there and what to install", async () => {
    const none = join(folder, "none")
    mkdirSync(none)
    const { library } = Object(pocl().options)
    await expect(openVault({ backend: opencl({ drivers: none, library }) })).rejects.toMatchObject({
      code: "backend-missing",
      message: expect.stringMatching(/nothing.*pocl-opencl-icd/),
    })
    await expect(
      openVault({ backend: opencl({ ...Object(pocl().options), device: "accelerator" }) }),
    ).rejects.toMatchObject({
      code: "backend-missing",
      message: expect.stringMatching(/no accelerator here\. There is: .*cpu/),
    })
  })
})
