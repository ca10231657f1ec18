import type { Plaintext } from "../backend.js"
import type { ArtifactStore } from "./artifact-store.js"
import { type ArtifactForm, type ArtifactOrigin, artifactBinding, plainName } from "./binding.js"
import { openEntry, type Sealing, sealEntry } from "./sealed-entry.js"
import type { IgnoredReason } from "./tally.js"

/** What a host needs of a store; listing is for those who look after it. */
export type ArtifactShelf = Pick<ArtifactStore, "get" | "put" | "delete">

export interface FoundArtifact {
  readonly plaintext: Plaintext
  /** As it is stored. */
  readonly storedBytes: number
}

/** One policy's way to keep artifacts, by their form and the engine's key. */
export interface Keeper {
  get(form: ArtifactForm, key: string): Promise<FoundArtifact | IgnoredReason | undefined>
  /** How many bytes were given to the store. */
  put(form: ArtifactForm, key: string, bytes: Uint8Array): Promise<number>
}

/** `memory`: plaintext, in a store that doesn't outlive the process. */
export function plainKeeper(
  store: ArtifactShelf,
  origin: ArtifactOrigin,
  allocate: (byteLength: number) => Plaintext,
): Keeper {
  const name = async (form: ArtifactForm, key: string) => plainName(await artifactBinding(origin, form, key))
  return {
    async get(form, key) {
      const found = await store.get(await name(form, key))
      if (found === undefined) return undefined
      try {
        const plaintext = allocate(found.byteLength)
        plaintext.bytes.set(found)
        return { plaintext, storedBytes: found.byteLength }
      } finally {
        found.fill(0)
      }
    },
    async put(form, key, bytes) {
      await store.put(await name(form, key), bytes)
      return bytes.byteLength
    },
  }
}

/** `sealed`: ciphertext, in any store. An entry that may not be used is deleted. */
export function sealedKeeper(store: ArtifactShelf, origin: ArtifactOrigin, sealing: Sealing): Keeper {
  return {
    async get(form, key) {
      const binding = await artifactBinding(origin, form, key)
      const name = await sealing.keys.name(binding)
      const entry = await store.get(name)
      if (entry === undefined) return undefined
      const opened = await openEntry(entry, binding, sealing)
      if (typeof opened !== "string") return { plaintext: opened, storedBytes: entry.byteLength }
      // Who can't delete it finds it again the next time, and ignores it again.
      await store.delete(name).catch(() => {})
      return opened
    },
    async put(form, key, bytes) {
      const binding = await artifactBinding(origin, form, key)
      const entry = await sealEntry(bytes, binding, sealing)
      await store.put(await sealing.keys.name(binding), entry)
      return entry.byteLength
    },
  }
}
