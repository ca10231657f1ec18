/**
 * Where artifacts are kept, by key. Keys are 64 hex digits, and say nothing of the model. Under the policy `memory` a
 * store gets plaintext and must not outlive the process; under `sealed` it gets ciphertext only.
 */
export interface ArtifactStore {
  /** A copy that its receiver owns, or `undefined`. A store may forget at any time. */
  get(key: string): Promise<Uint8Array | undefined>
  /** Keeps a copy of `bytes` under `key`, in place of what was there. */
  put(key: string, bytes: Uint8Array): Promise<void>
}

/** Keeps nothing. */
export const noStore: ArtifactStore = {
  get: async () => undefined,
  put: async () => undefined,
}
