import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { ArtifactStore, CachePolicy, Session } from "@strongroom/core"
import type { Backend } from "@strongroom/core/backend"
import { nodeCryptography } from "@strongroom/core/node"
import type { Opening, Place } from "./place.js"
import type { ShippedModel } from "./publisher.js"
import { residentBytes } from "./resident-bytes.js"

/** As much of `openVault` of `@strongroom/vault` as the suite uses. */
export type OpenVault = (options: {
  readonly backend: Backend
  readonly cache?: CachePolicy
  readonly artifactStore?: ArtifactStore
  log?(event: VaultEvent): void
}) => Promise<OpenedVault>

type VaultEvent = { readonly event: string; readonly pid?: number | undefined }

export interface OpenedVault {
  load(
    model: Uint8Array,
    keys: {
      readonly grant: Uint8Array
      readonly identity: { readonly file: string }
      readonly trust: ShippedModel["keys"]["trust"]
    },
    options: { readonly signal?: AbortSignal },
  ): Promise<Session>
  close(): Promise<void>
}

/**
 * Vaults. All models share one that stays open, but for those of which something is kept: each has a vault of its own, as
 * the cache policy is a vault's. Nobody gets at an engine or a folder there, and of memory only Linux tells.
 */
export async function vaultPlace(create: () => Backend, openVault: OpenVault): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "strongroom-testkit-"))
  const identity = join(folder, "identity.key")
  const pids = new Set<number>()

  async function open(options: Omit<Parameters<OpenVault>[0], "backend" | "log">): Promise<OpenedVault> {
    let pid: number | undefined
    const log = (event: VaultEvent) => {
      if (event.event !== "started" || event.pid === undefined) return
      pid = event.pid
      pids.add(pid)
    }
    const vault = await openVault({ backend: create(), ...options, log })
    return {
      load: vault.load,
      async close() {
        await vault.close()
        if (pid !== undefined) pids.delete(pid)
      },
    }
  }

  async function load(vault: OpenedVault, shipped: ShippedModel, signal?: AbortSignal): Promise<Session> {
    await writeFile(identity, shipped.identity)
    const { grant, trust } = shipped.keys
    return vault.load(shipped.bytes, { grant, identity: { file: identity }, trust }, signal ? { signal } : {})
  }

  async function loadAlone(shipped: ShippedModel, { cachePolicy, artifactStore, signal }: Opening): Promise<Session> {
    const vault = await open({
      ...(cachePolicy && { cache: cachePolicy }),
      ...(cachePolicy === "sealed" && artifactStore && { artifactStore }),
    })
    try {
      const session = await load(vault, shipped, signal)
      // The vault ends its sessions itself.
      return { ...session, close: vault.close, [Symbol.asyncDispose]: vault.close }
    } catch (error) {
      await vault.close()
      throw error
    }
  }

  let common: Promise<OpenedVault> | undefined
  return {
    reach: process.platform === "linux" ? ["memory"] : [],
    cryptography: nodeCryptography,
    async open(shipped, opening) {
      if ((opening.cachePolicy ?? "off") !== "off") return loadAlone(shipped, opening)
      common ??= open({})
      return load(await common, shipped, opening.signal)
    },
    async openEngine() {
      const vault = await open({})
      return { load: (shipped) => load(vault, shipped), close: vault.close }
    },
    memory: async () => [[...pids].reduce((sum, pid) => sum + residentBytes(pid), 0)],
    async close() {
      await (await common)?.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
