import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { memoryStore } from "@strongroom/core"
import { missingDriver } from "@strongroom/test-machine"
import { openVault, tensor } from "@strongroom/vault"
import { afterAll, describe, expect, it } from "vitest"
import { pocl } from "./backends.js"
import { isFull } from "./fast-form.js"
import { libraryBetween } from "./library-between.js"
import { picture, tellingNetwork, tellingWord } from "./telling-network.js"
import { cacheOf, changed, createShippingFolder, damageAt, runIn, runOnce } from "./vault-runs.js"

const shipping = createShippingFolder()
const folder = mkdtempSync(join(tmpdir(), "strongroom-test-"))
afterAll(() => {
  shipping.remove()
  rmSync(folder, { recursive: true })
})

const inputs = { [`${tellingWord}_image`]: tensor("float32", [1, 3, 24, 40], picture(24, 40)) }
const near = (results: readonly (readonly number[])[]) =>
  results.map((list) => list.map((number) => expect.closeTo(number, 4)))
const why = missingDriver("pocl")

describe.skipIf(why)(`Tuning in a vault${why ? ` (not here: ${why})` : ""}`, { timeout: 240_000 }, () => {
  const measured = pocl({ tuning: "measured" })
  /** With its library, whoever measures fails. */
  const unable = () => pocl({ tuning: "measured", library: libraryBetween(folder, "no-profiling") })

  it("measures once for all vaults under sealed, and keeps one artifact more", async () => {
    const shipped = await shipping.ship(await tellingNetwork())
    const plain = await runOnce(pocl(), shipped, memoryStore(), inputs)
    await expect(runOnce(unable(), shipped, memoryStore(), inputs)).rejects.toMatchObject({ code: "backend-failed" })

    const store = memoryStore()
    const first = await runOnce(measured, shipped, store, inputs)
    expect(first.results).toEqual(near(plain.results))
    expect(first.artifacts).toMatchObject({ hits: 0, written: plain.artifacts.written + 1, failures: 0 })
    for (const { key } of await store.list()) {
      const entry = Buffer.from((await store.get(key)) ?? [])
      expect(entry.toString("latin1", 0, 8)).toBe("SRARTIF1")
      expect(entry.includes("convolution")).toBe(false)
    }

    const second = await runOnce(unable(), shipped, store, inputs)
    expect(second.results).toEqual(first.results)
    expect(second.artifacts).toMatchObject({ misses: 0, written: 0, failures: 0 })
  })

  it("measures anew what was damaged or cut", async () => {
    const shipped = await shipping.ship(await tellingNetwork())
    const store = memoryStore()
    const { results, artifacts } = await runOnce(measured, shipped, store, inputs)
    // The full form has either of all entries, the fast one each of every second.
    for (const damage of isFull ? [() => 2, () => 6] : [(index: number) => (index % 2 === 0 ? 2 : 6)]) {
      const damaged = await changed(store, (entry, index) => damageAt(damage(index))(entry))
      const again = await runOnce(measured, shipped, damaged, inputs)
      expect(again).toMatchObject({ results: near(results), artifacts: { hits: 0, written: artifacts.written } })
    }
  })

  it("keeps nothing under off", async () => {
    const shipped = await shipping.ship(await tellingNetwork())
    await using vault = await openVault({ backend: measured, cache: "off" })
    const [first, second] = await runIn(vault, shipped, inputs, inputs)
    expect(second).toEqual(first)
    expect(cacheOf(vault)).toEqual({ policy: "off", missing: [] })
  })
})
