import { type ArtifactStore, type CachePolicy, memoryStore, tensor } from "@strongroom/core"
import type { Artifacts } from "@strongroom/core/backend"
import { heapPlaintext, loadSession, toRaw } from "@strongroom/core/host"
import * as assert from "../assert.js"
import type { Bench } from "../bench.js"
import { elementwise } from "../networks.js"
import type { ConformanceCase } from "./conformance-case.js"

const network = elementwise("subtract", [2])
const given = { a: tensor("float32", [2], [5, 7]), b: tensor("float32", [2], [1, 2]) }
const expected = { y: tensor("float32", [2], [4, 5]) }

export const artifactCases: readonly ConformanceCase[] = [
  {
    id: "artifacts/off",
    title: "under `off` a model that is loaded again computes the same, and nothing is kept",
    async run(bench) {
      const artifactStore = memoryStore()
      await loadTwice(bench, "off", artifactStore)
      assert.deepStrictEqual(await artifactStore.list(), [])
    },
  },
  {
    id: "artifacts/memory",
    title: "under `memory` a model that is loaded again with what was compiled before computes the same",
    run: async (bench) => void (await loadTwice(bench, "memory", memoryStore())),
  },
  {
    id: "artifacts/sealed",
    title: "under `sealed` a model that is loaded again computes the same, also when its entries were damaged",
    async run(bench) {
      const artifactStore = memoryStore()
      const open = await loadTwice(bench, "sealed", artifactStore)
      for (const { key } of await artifactStore.list()) {
        const entry = await artifactStore.get(key)
        const magic = new TextDecoder("latin1").decode(entry?.subarray(0, 8))
        assert.equal(magic, "SRARTIF1", "An entry isn't sealed.")
        await artifactStore.put(key, entry?.map((byte, i) => (i === 50 ? byte ^ 1 : byte)) ?? new Uint8Array(0))
      }
      await open()
    },
  },
  {
    id: "artifacts/unusable",
    title: "artifacts that it can't use are compiled again",
    reaches: ["engine"],
    async run(bench) {
      for (const contents of ["", "This is what another version of the engine wrote.", "{}"]) {
        await loadWith(bench, strange(contents))
      }
    },
  },
]

/** Loads one model twice with the same store. What it gives loads it again. */
async function loadTwice(bench: Bench, cachePolicy: CachePolicy, artifactStore: ArtifactStore) {
  const shipped = await bench.ship(network)
  const open = async () => {
    const session = await bench.openShipped(shipped, { cachePolicy, artifactStore })
    try {
      assert.deepStrictEqual(await session.run(given), expected)
    } finally {
      await session.close()
    }
  }
  await open()
  await open()
  return open
}

/** Finds something, whatever is looked for. */
function strange(contents: string): Artifacts {
  const bytes = new TextEncoder().encode(contents)
  return {
    async get() {
      const plaintext = heapPlaintext(bytes.length)
      plaintext.bytes.set(bytes)
      return plaintext
    },
    put: async () => undefined,
    async restoreDirectory(_, path) {
      const { mkdir, writeFile } = await import("node:fs/promises")
      await mkdir(path, { recursive: true, mode: 0o700 })
      await writeFile(`${path}/strange`, bytes)
      return true
    },
    saveDirectory: async () => undefined,
  }
}

async function loadWith(bench: Bench, artifacts: Artifacts): Promise<void> {
  await bench.usingHost(await bench.ship(network), "memory", async (loaded, model) => {
    const session = await loadSession(loaded, model, { artifacts })
    const inputs = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, toRaw(value)]))
    assert.deepStrictEqual(await session.run(inputs), { y: toRaw(expected.y) })
    await session.close()
  })
}
