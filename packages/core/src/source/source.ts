/** Where the bytes of a sealed model or of a part come from. Reads may overlap in time. */
export interface Source {
  /** Total length in bytes; the same at every call. */
  byteLength(signal?: AbortSignal): Promise<number>
  /**
   * For a source that learns its length only at its end: its length, or some number above `most` as soon as it is longer than
   * `most`, so that no more of it is taken than who reads it wants. Absent: `byteLength` knows at once.
   */
  lengthWithin?(most: number, signal?: AbortSignal): Promise<number>
  /**
   * Fills the whole of `target` from `offset`.
   *
   * @throws StrongroomError `truncated` when the source ends before `target` is full.
   */
  read(offset: number, target: Uint8Array, signal?: AbortSignal): Promise<void>
  /**
   * For who reads `length` bytes from `offset` without this source, straight from the file: calls `use` with a descriptor
   * that stays open, and keeps to its file, until `use` settles, and makes the same checks before and after as `read`
   * does. Absent: there is no descriptor.
   *
   * @throws what `read` throws, and what `use` throws.
   */
  withDescriptor?<T>(
    offset: number,
    length: number,
    signal: AbortSignal | undefined,
    use: (descriptor: number) => Promise<T>,
  ): Promise<T>
  /** Safe twice. */
  close(): Promise<void>
}
