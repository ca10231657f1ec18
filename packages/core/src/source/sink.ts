/** Where a sealed model is written. Positions are written in any order; nothing is visible before `commit`. */
export interface Sink {
  /** Writes all of `bytes` at `offset`; `bytes` is free when the promise settles. */
  write(offset: number, bytes: Uint8Array): Promise<void>
  /** Makes the whole visible at once, durably where that means something. */
  commit(): Promise<void>
  /** Leaves nothing behind. Safe after anything, also twice. */
  abort(): Promise<void>
}
