import { type OnnxRuntimeOptions, onnxruntime } from "@strongroom/backend-onnxruntime"
import { type ArtifactStore, memoryStore, type Tensor } from "@strongroom/core"
import { openVault, type Vault, type VaultKeys } from "@strongroom/vault"
import { expect } from "vitest"
import { outputBytes } from "./ocr-model.js"

/** A sealed model, what opens it, and something to run it with. */
export interface Shipped {
  readonly bytes: Uint8Array
  readonly keys: VaultKeys
  readonly inputs: Readonly<Record<string, Tensor>>
}

export function cacheOf(vault: Vault) {
  const { state, evidence } = vault.report().guarantees.find(({ id }) => id === "cache.policy") ?? {}
  return { state, ...Object(evidence) }
}

export async function runIn(vault: Vault, { bytes, keys, inputs }: Shipped): Promise<Buffer> {
  const session = await vault.load(bytes, keys)
  const outputs = outputBytes(await session.run(inputs))
  await session.close()
  return outputs
}

/** A vault of its own: what came out, and what the report says of artifacts then. */
export async function runOnce(shipped: Shipped, artifactStore: ArtifactStore, options: OnnxRuntimeOptions = {}) {
  const vault = await openVault({ backend: onnxruntime(options), cache: "sealed", artifactStore })
  try {
    const outputs = await runIn(vault, shipped)
    await expect.poll(() => cacheOf(vault).artifacts.written - cacheOf(vault).store.kept).toBe(0)
    return { outputs, ...cacheOf(vault) }
  } finally {
    await vault.close()
  }
}

/** A store in which every entry was changed. */
export async function changed(store: ArtifactStore, change: (entry: Uint8Array) => Uint8Array): Promise<ArtifactStore> {
  const other = memoryStore()
  for (const { key } of await store.list()) await other.put(key, change((await store.get(key)) ?? new Uint8Array(0)))
  return other
}

export const ignoredOf = ({ ignored }: { ignored: Record<string, number> }) =>
  Object.values(ignored).reduce((sum, count) => sum + count, 0)
