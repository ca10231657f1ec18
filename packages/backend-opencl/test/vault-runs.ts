import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type ArtifactStore, type ModelToSeal, memoryStore } from "@strongroom/core"
import type { Backend } from "@strongroom/core/backend"
import { createPublisher } from "@strongroom/testkit"
import { openVault, type Tensor, type Vault, type VaultKeys } from "@strongroom/vault"
import { expect } from "vitest"

/** A sealed model, and who opens it. */
export interface Shipped {
  readonly bytes: Uint8Array
  readonly keys: VaultKeys
}

export type Inputs = Readonly<Record<string, Tensor>>

const publisher = await createPublisher()
let shippedModels = 0

/** For identities, which vaults take as files: the caller removes it. */
export function createShippingFolder() {
  const path = mkdtempSync(join(tmpdir(), "strongroom-test-"))
  return {
    path,
    async ship(model: ModelToSeal): Promise<Shipped> {
      const { bytes, identity, keys } = await publisher.ship(model)
      const file = join(path, `${++shippedModels}.key`)
      writeFileSync(file, identity)
      return { bytes, keys: { grant: keys.grant, identity: { file }, trust: keys.trust } }
    },
    remove: () => rmSync(path, { recursive: true }),
  }
}

/** What a vault's report says of artifacts. */
export function cacheOf(vault: Vault) {
  return Object(vault.report().guarantees.find(({ id }) => id === "cache.policy")?.evidence)
}

/** Loads and runs in a vault that is open, for one input after the other; gives the numbers of the first outputs. */
export async function runIn(
  vault: Vault,
  { bytes, keys }: Shipped,
  ...inputs: readonly Inputs[]
): Promise<readonly (readonly number[])[]> {
  const session = await vault.load(bytes, keys)
  const results: number[][] = []
  for (const one of inputs) {
    const [output] = Object.values(await session.run(one))
    results.push(Array.from(output?.data as Float32Array))
  }
  await session.close()
  return results
}

/** In a vault of its own: what came out, and what the report says of artifacts when what was compiled is kept. */
export async function runOnce(
  backend: Backend,
  shipped: Shipped,
  artifactStore: ArtifactStore,
  ...inputs: readonly Inputs[]
) {
  const vault = await openVault({ backend, cache: "sealed", artifactStore })
  try {
    const results = await runIn(vault, shipped, ...inputs)
    await expect.poll(() => cacheOf(vault).artifacts.written - cacheOf(vault).store.kept).toBe(0)
    return { results, ...cacheOf(vault) }
  } finally {
    await vault.close()
  }
}

/** A store in which every entry was changed. */
export async function changed(
  store: ArtifactStore,
  change: (entry: Uint8Array, index: number) => Uint8Array,
): Promise<ArtifactStore> {
  const other = memoryStore()
  for (const [index, { key }] of (await store.list()).entries())
    await other.put(key, change((await store.get(key)) ?? new Uint8Array(0), index))
  return other
}

/** Entries with a bit that is other, and such as were cut. */
export const damages: readonly ((entry: Uint8Array) => Uint8Array)[] = [
  ...[() => 8, () => 40, half, last].map(
    (place) => (entry: Uint8Array) => entry.map((byte, index) => (index === place(entry) ? byte ^ 4 : byte)),
  ),
  ...[() => 0, () => 7, half, last].map((end) => (entry: Uint8Array) => entry.slice(0, end(entry))),
]

/** One of them. */
export const damageAt = (index: number) => damages[index] as (typeof damages)[number]

function half({ length }: Uint8Array): number {
  return length >> 1
}

function last({ length }: Uint8Array): number {
  return length - 1
}
