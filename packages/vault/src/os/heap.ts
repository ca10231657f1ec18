/**
 * The heap from which native code takes its memory, where the C library is GNU's. Manual pages: malloc_trim(3),
 * mallopt(3).
 */
import { loadKoffi } from "./koffi.js"

export interface Heap {
  /**
   * Gives whole pages that nobody has allocated back to the system: touched again, they are zeros. What lies at the end of
   * another thread's arena stays (malloc/malloc.c, `mtrim`).
   */
  trim(): void
  /**
   * Whether what any thread frees is overwritten from now on, and what it allocates filled. Pieces of up to 1,032 bytes of
   * which a thread keeps a few to hand are left as they are.
   */
  overwriteFreed(overwrite: boolean): void
}

/** malloc.h: M_PERTURB */
const perturb = -6
/** What freed memory is filled with; new memory with its complement. 0 is for neither. */
const filler = 0xff

/** Undefined with another C library, and where koffi has no binary for the platform. */
export async function loadHeap(): Promise<Heap | undefined> {
  try {
    const koffi = await loadKoffi()
    const library = koffi.load(null)
    const integer = (definition: string) => library.func(definition) as unknown as (...values: number[]) => number
    const mallocTrim = integer("int malloc_trim(size_t pad)")
    const mallopt = integer("int mallopt(int parameter, int value)")
    return {
      trim: () => void mallocTrim(0),
      overwriteFreed: (overwrite) => void mallopt(perturb, overwrite ? filler : 0),
    }
  } catch {
    return undefined
  }
}
