import type { Artifacts, Plaintext } from "../backend.js"
import { type CachePolicy, checkCachePolicy } from "../cache-policy.js"
import { type PlaintextPool, plaintextPool } from "../host/plaintext.js"
import type { PrivateDirectory } from "../host/private-directory.js"
import type { ArtifactKeys } from "./artifact-keys.js"
import type { ArtifactForm, ArtifactOrigin } from "./binding.js"
import type { Compression } from "./compression.js"
import { type ArtifactShelf, type Keeper, plainKeeper, sealedKeeper } from "./shelves.js"
import { type ArtifactCounts, noCounts } from "./tally.js"

/** What artifacts are bound to, and where the policy puts them. */
export interface ArtifactPlace extends ArtifactOrigin {
  /** For `memory`: a store that doesn't outlive this process. For `sealed`: any. */
  readonly store: ArtifactShelf
  /** Memory for what is read back. */
  readonly allocate: (byteLength: number) => Plaintext
  /** For `sealed`: the open model's. */
  readonly keys: ArtifactKeys | undefined
  /** For `sealed`. Default: artifacts are stored as they are, and compressed ones not understood. */
  readonly compression?: Compression | undefined
  /** Where folders are packed and unpacked. `undefined`: nowhere. */
  readonly directory: PrivateDirectory | undefined
  /** Hears what became of each artifact, to be added to what was. */
  count?(more: ArtifactCounts): void
}

/** An engine's artifacts, with the end of its host's part in them. */
export interface HostedArtifacts extends Artifacts {
  /** Waits for what is being kept, and closes what the engine left open. */
  close(): Promise<void>
}

/** What an engine gets where nothing is kept. */
export const noArtifacts: HostedArtifacts = {
  get: async () => undefined,
  put: async () => undefined,
  restoreDirectory: async () => false,
  saveDirectory: async () => undefined,
  close: async () => undefined,
}

/**
 * What an engine may keep of what it compiles, by `policy`. `off` and `driver` keep nothing here: `driver` leaves the
 * engine's own cache alone. Nothing that happens to a store comes out as an error: it is counted.
 *
 * @throws TypeError for another word, and for `sealed` without keys.
 */
export function artifactsFor(policy: CachePolicy, place: ArtifactPlace): HostedArtifacts {
  checkCachePolicy(policy)
  if (policy === "off" || policy === "driver") return noArtifacts
  const pool = plaintextPool(place.allocate)
  return hosted(policy === "memory" ? plainKeeper(place.store, place, pool.allocate) : sealed(place, pool), place, pool)
}

function sealed(place: ArtifactPlace, { allocate }: PlaintextPool): Keeper {
  const { store, keys, compression } = place
  if (keys === undefined) throw new TypeError("Artifacts are sealed by keys of the open model: none are given.")
  return sealedKeeper(store, place, { keys, allocate, compression })
}

function hosted(keeper: Keeper, { directory, count = () => {} }: ArtifactPlace, pool: PlaintextPool): HostedArtifacts {
  const keeping = new Set<Promise<void>>()
  const add = (more: Partial<ArtifactCounts>) => count({ ...noCounts, ...more })

  async function find(form: ArtifactForm, key: string): Promise<Plaintext | undefined> {
    checkKey(key)
    try {
      const found = await keeper.get(form, key)
      if (found === undefined) add({ misses: 1 })
      else if (typeof found === "string") add({ ignored: { ...noCounts.ignored, [found]: 1 } })
      else add({ hits: 1, bytesRead: found.storedBytes })
      return typeof found === "object" ? found.plaintext : undefined
    } catch {
      add({ failures: 1 })
      return undefined
    }
  }

  /** @param make gives the bytes, which it may have made for this. */
  async function keep(form: ArtifactForm, key: string, make: () => Promise<Lent>): Promise<void> {
    checkKey(key)
    const kept = (async () => {
      let lent: Lent | undefined
      try {
        lent = await make()
        add({ bytesWritten: await keeper.put(form, key, lent.bytes), written: 1 })
      } catch {
        add({ failures: 1 })
      } finally {
        lent?.close?.()
      }
    })()
    keeping.add(kept)
    await kept
    keeping.delete(kept)
  }

  return {
    get: (key) => find("artifact", key),
    async put(key, bytes) {
      if (!(bytes instanceof Uint8Array)) throw new TypeError("An artifact is a Uint8Array.")
      await keep("artifact", key, async () => ({ bytes }))
    },
    async restoreDirectory(key, path) {
      const outer = existing(directory)
      outer.checkInside(path)
      const archive = await find("directory", key)
      try {
        if (archive === undefined) return false
        await outer.unpack(path, archive.bytes)
        return true
      } catch (error) {
        if (error instanceof TypeError) throw error
        add({ failures: 1 })
        return false
      } finally {
        archive?.close()
      }
    },
    async saveDirectory(key, path) {
      const outer = existing(directory)
      outer.checkInside(path)
      await keep("directory", key, () => outer.pack(path, pool.allocate))
    },
    async close() {
      await Promise.all(keeping)
      pool.close()
    },
  }
}

type Lent = Pick<Plaintext, "bytes"> & Partial<Pick<Plaintext, "close">>

function checkKey(key: unknown): void {
  if (typeof key !== "string") throw new TypeError(`An artifact's key is a text, not ${typeof key}.`)
}

function existing(directory: PrivateDirectory | undefined): PrivateDirectory {
  if (directory !== undefined) return directory
  throw new TypeError("This host has no directory to save or restore; an engine that needs one declines.")
}
