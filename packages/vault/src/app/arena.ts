/** Hands out pieces of a memory that is somewhere else, by their offsets. */
export interface Arena {
  /** Where a piece of that many bytes begins, at a multiple of {@link arenaAlignment}; `undefined`: there is no room. */
  take(byteLength: number): number | undefined
  give(at: number): void
  readonly isEmpty: boolean
  /** The bytes of all pieces together. */
  readonly taken: number
}

/** As wide as any engine's vectors: what begins so is read in place. */
export const arenaAlignment = 64

export const aligned = (byteLength: number): number => Math.ceil(byteLength / arenaAlignment) * arenaAlignment

/** The first gap that is wide enough is taken, so that few pieces in use stay in few, warm pages. */
export function arena(byteLength: number): Arena {
  /** In the order of their offsets. */
  const pieces: { readonly at: number; readonly end: number }[] = []
  return {
    take(length) {
      // Not even an empty piece begins where another does: `give` knows them by that.
      const wanted = Math.max(aligned(length), arenaAlignment)
      let at = 0
      let index = 0
      for (const piece of pieces) {
        if (piece.at - at >= wanted) break
        at = piece.end
        index++
      }
      if (byteLength - at < wanted) return undefined
      pieces.splice(index, 0, { at, end: at + wanted })
      return at
    },
    give(at) {
      const index = pieces.findIndex((piece) => piece.at === at)
      if (index >= 0) pieces.splice(index, 1)
    },
    get isEmpty() {
      return pieces.length === 0
    },
    get taken() {
      return pieces.reduce((sum, { at, end }) => sum + end - at, 0)
    },
  }
}
