/**
 * Where one sealed model's ciphertext is kept. It may forget at any time, and needn't be trusted. Nothing it does may fail:
 * what can't be kept isn't, and what can't be read isn't there. What it gives may be of any length, also far more than
 * memory: callers look at its `size` before they read it.
 */
export interface BlockStore {
  /** What stood before the payload when something was kept last. */
  front(): Promise<Blob | undefined>
  /** Keeps `front`; when it isn't the one that was kept, blocks are forgotten, since they are another seal's. */
  begin(front: Uint8Array): Promise<void>
  get(index: number): Promise<Blob | undefined>
  /** Keeps a copy, if there is room. */
  put(index: number, block: Uint8Array): Promise<void>
}
