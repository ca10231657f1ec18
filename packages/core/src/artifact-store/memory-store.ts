import type { ArtifactStore } from "./artifact-store.js"

export interface MemoryStore extends ArtifactStore {
  /** Forgets and zeroes everything. The store can be used again. */
  clear(): void
}

/**
 * Keeps artifacts in this process, at most `maxBytes` (default 256 MiB) of them: the least recently used go first, and
 * what is larger than that alone isn't kept. What goes is overwritten with zeros.
 */
export function memoryStore({ maxBytes = 2 ** 28 }: { readonly maxBytes?: number } = {}): MemoryStore {
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 0) throw new RangeError("maxBytes is an integer from 0.")
  // A Map keeps the order of insertion: the first entry is the least recently used.
  const entries = new Map<string, { readonly bytes: Uint8Array; readonly lastUsed: Date }>()
  let total = 0
  const forget = (key: string) => {
    const entry = entries.get(key)
    if (entry === undefined) return
    entries.delete(key)
    total -= entry.bytes.byteLength
    entry.bytes.fill(0)
  }
  return {
    async get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      entries.set(key, { bytes: entry.bytes, lastUsed: new Date() })
      return new Uint8Array(entry.bytes)
    },
    async put(key, bytes) {
      forget(key)
      if (bytes.byteLength > maxBytes) return
      entries.set(key, { bytes: new Uint8Array(bytes), lastUsed: new Date() })
      total += bytes.byteLength
      for (const oldest of entries.keys()) {
        if (total <= maxBytes) break
        forget(oldest)
      }
    },
    delete: async (key) => forget(key),
    list: async () =>
      [...entries].map(([key, { bytes, lastUsed }]) => ({ key, byteLength: bytes.byteLength, lastUsed })),
    clear() {
      for (const key of [...entries.keys()]) forget(key)
    },
  }
}
