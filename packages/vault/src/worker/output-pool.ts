/**
 * The last run's output memory, for the next one: memory that the system has to clear and to map anew takes several times
 * as long as the outputs' copying. At most one run's outputs are held.
 */
export interface OutputPool {
  /** A whole buffer of that length. What is in it is the session's own, of an earlier run. */
  take(byteLength: number): Uint8Array
  /** Outputs that nobody looks at any more: what was given before is let go of. */
  give(outputs: readonly Uint8Array[]): void
}

export function outputPool(): OutputPool {
  let spare: Uint8Array[] = []
  return {
    take(byteLength) {
      const index = spare.findIndex((bytes) => bytes.length === byteLength)
      return spare.splice(index, index < 0 ? 0 : 1)[0] ?? new Uint8Array(byteLength)
    },
    give(outputs) {
      spare = outputs.filter(({ length, buffer }) => length === buffer.byteLength)
    },
  }
}
