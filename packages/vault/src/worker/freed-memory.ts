import type { Heap } from "../os/heap.js"

/** Of what engines free, as much as the C library overwrites or gives back when it is told to. For the main thread. */
export interface FreedMemory {
  /** What is freed is overwritten until all that was given is called, once each. */
  overwrite(): () => void
  /** Gives free pages back to the system. */
  giveBack(): void
}

/** Does nothing until the heap is there, or where there is none. */
export function freedMemory(loading: Promise<Heap | undefined>): FreedMemory {
  let heap: Heap | undefined
  void loading.then((loaded) => {
    heap = loaded
  })
  let overwriting = 0
  return {
    overwrite() {
      if (overwriting++ === 0) heap?.overwriteFreed(true)
      return () => {
        if (--overwriting === 0) heap?.overwriteFreed(false)
      }
    },
    giveBack: () => heap?.trim(),
  }
}
