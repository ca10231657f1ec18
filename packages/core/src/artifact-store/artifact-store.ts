/**
 * Where artifacts are kept, by key. Keys are 64 hex digits, and say nothing of the model. Under the policy `memory` a
 * store gets plaintext and must not outlive the process; under `sealed` it gets ciphertext only, and may be anything that
 * keeps bytes: an app's own over S3 or Redis is these four functions. What a store rejects with stops no load: it is
 * counted, and the model compiled again.
 */
export interface ArtifactStore {
  /** A copy that its receiver owns, or `undefined`. A store may forget at any time. Using an entry makes it a recent one. */
  get(key: string): Promise<Uint8Array | undefined>
  /** Keeps a copy of `bytes` under `key`, in place of what was there; whole or not at all, whoever looks meanwhile. */
  put(key: string, bytes: Uint8Array): Promise<void>
  /** Forgets what is under `key`. Nothing there is no error. */
  delete(key: string): Promise<void>
  /** What is there, in no order. */
  list(): Promise<readonly ArtifactEntry[]>
}

/** One artifact in a store. */
export interface ArtifactEntry {
  readonly key: string
  /** As it is stored: under `sealed`, of its ciphertext. */
  readonly byteLength: number
  /** When it was put or got last, as exactly as the store knows. */
  readonly lastUsed: Date
}

/** Keeps nothing. */
export const noStore: ArtifactStore = {
  get: async () => undefined,
  put: async () => undefined,
  delete: async () => undefined,
  list: async () => [],
}
