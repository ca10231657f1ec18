import type { Artifacts, Fingerprint, Plaintext } from "../backend.js"
import { type CachePolicy, checkCachePolicy } from "../cache-policy.js"
import type { ArtifactStore } from "./artifact-store.js"

/** What an engine gets where nothing is kept. */
export const noArtifacts: Artifacts = {
  get: async () => undefined,
  put: async () => undefined,
}

/** What artifacts are bound to, and where the policy puts them. */
export interface ArtifactPlace {
  /** For `memory`: a store that doesn't outlive this process. */
  readonly store: ArtifactStore
  /** The seal that they come from: an id stays the same when a model is sealed again, a commitment doesn't. */
  readonly model: { readonly model: string; readonly commitment: string }
  readonly fingerprint: Fingerprint
  /** Memory for what is read back. */
  readonly allocate: (byteLength: number) => Plaintext
}

/**
 * What an engine may keep of what it compiles, by `policy`. `off` and `driver` keep nothing here: `driver` leaves the
 * engine's own cache alone.
 *
 * @throws RangeError for `sealed`, which is not implemented yet.
 */
export function artifactsFor(policy: CachePolicy, place: ArtifactPlace): Artifacts {
  if (checkCachePolicy(policy) !== "memory") return noArtifacts
  return {
    async get(key) {
      const found = await place.store.get(await artifactKey(place, key))
      if (found === undefined) return undefined
      const plaintext = place.allocate(found.byteLength)
      plaintext.bytes.set(found)
      found.fill(0)
      return plaintext
    },
    async put(key, bytes) {
      await place.store.put(await artifactKey(place, key), bytes)
    },
  }
}

/** A store's key: hex of SHA-256 over what the artifact is bound to, each piece behind its length. */
export async function artifactKey({ model, fingerprint }: ArtifactPlace, key: string): Promise<string> {
  const { engine, version, device, driver } = fingerprint
  const pieces = ["strongroom artifact 1", model.model, model.commitment, engine, version, device, driver, key]
  const encoder = new TextEncoder()
  const text = pieces.map((piece) => `${encoder.encode(piece).byteLength}:${piece}`).join("")
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text)))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")
}
