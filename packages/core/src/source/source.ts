/** Where the bytes of a sealed model or of a part come from. Reads may overlap in time. */
export interface Source {
  /** Total length in bytes; the same at every call. */
  byteLength(signal?: AbortSignal): Promise<number>
  /**
   * Fills the whole of `target` from `offset`.
   *
   * @throws StrongroomError `truncated` when the source ends before `target` is full.
   */
  read(offset: number, target: Uint8Array, signal?: AbortSignal): Promise<void>
  /** Safe twice. */
  close(): Promise<void>
}
