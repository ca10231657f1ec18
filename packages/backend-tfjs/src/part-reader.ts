import type { Part } from "@strongroom/core/backend"
import { StrongroomError } from "@strongroom/core/backend"

/** Reads parts in order as if they were one. */
export interface PartReader {
  /** Fills the whole of `target`. @throws StrongroomError `backend-failed` where the parts end before. */
  fill(target: Uint8Array): Promise<void>
  /** Before memory is taken for them. @throws StrongroomError `backend-failed` where there aren't so many bytes left. */
  expect(byteLength: number): void
  /** @throws StrongroomError `backend-failed` where the parts don't end here. */
  end(): Promise<void>
  /** Stops reading. Safe at any time. */
  close(): Promise<void>
}

/** What is read of a part. */
export type Chunks = Pick<Part, "byteLength" | "chunks">

/** `progress` is told how many bytes have been read. */
export function partReader(
  parts: readonly Chunks[],
  signal: AbortSignal,
  progress: (done: number) => void,
): PartReader {
  const pieces = chunksOf(parts, signal)
  let piece: Uint8Array = new Uint8Array(0)
  let done = 0

  const total = parts.reduce((sum, { byteLength }) => sum + byteLength, 0)

  /** False at the end. */
  async function next(): Promise<boolean> {
    while (piece.length === 0) {
      const { value } = await pieces.next()
      if (value === undefined) return false
      piece = value
      done += piece.length
      progress(done)
    }
    return true
  }

  return {
    async fill(target) {
      let at = 0
      while (at < target.length) {
        if (!(await next())) throw wrongLength("shorter")
        const taken = piece.subarray(0, target.length - at)
        target.set(taken, at)
        at += taken.length
        piece = piece.subarray(taken.length)
      }
    },
    expect(byteLength) {
      if (!(byteLength <= total - done + piece.length)) throw wrongLength("shorter")
    },
    async end() {
      if (await next()) throw wrongLength("longer")
    },
    async close() {
      await pieces.return(undefined)
    },
  }
}

function wrongLength(what: string): StrongroomError {
  return new StrongroomError(
    "backend-failed",
    `The model's weights are ${what} than its graph says: import and seal it again.`,
  )
}

async function* chunksOf(parts: readonly Chunks[], signal: AbortSignal): AsyncGenerator<Uint8Array, undefined, void> {
  for (const part of parts) yield* part.chunks(signal)
}
