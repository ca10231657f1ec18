import type { Part } from "@strongroom/core/backend"
import { StrongroomError } from "@strongroom/core/backend"

/** Reads parts in order as if they were one. */
export interface PartReader {
  /** Fills the whole of `target`. @throws StrongroomError `backend-failed` where the parts end before. */
  fill(target: Uint8Array): Promise<void>
  /** Stops reading. Safe at any time. */
  close(): Promise<void>
}

/** `progress` is told how many bytes have been read. */
export function partReader(parts: readonly Part[], signal: AbortSignal, progress: (done: number) => void): PartReader {
  const pieces = chunksOf(parts, signal)
  let piece: Uint8Array = new Uint8Array(0)
  let done = 0
  return {
    async fill(target) {
      let at = 0
      while (at < target.length) {
        if (piece.length === 0) {
          const { value } = await pieces.next()
          if (value === undefined) {
            throw new StrongroomError(
              "backend-failed",
              "The model's weights are shorter than its graph says: import and seal it again.",
            )
          }
          piece = value
          done += piece.length
          progress(done)
        }
        const taken = piece.subarray(0, target.length - at)
        target.set(taken, at)
        at += taken.length
        piece = piece.subarray(taken.length)
      }
    },
    async close() {
      await pieces.return(undefined)
    },
  }
}

async function* chunksOf(parts: readonly Part[], signal: AbortSignal): AsyncGenerator<Uint8Array, undefined, void> {
  for (const part of parts) yield* part.chunks(signal)
}
