import koffi from "koffi"

/** In bytes. */
export interface MemoryUse {
  /** Pages of the process. */
  readonly resident: number
  /** What C has allocated and not freed. */
  readonly native: number
  /** What JavaScript's collector has kept. */
  readonly heap: number
}

/** By glibc's mallinfo2(3), and after collecting garbage: for a process that runs with --expose-gc. */
export function memoryMeter(): () => Promise<MemoryUse> {
  const names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split(" ")
  const information = koffi.struct(Object.fromEntries(names.map((name) => [name, "size_t"])))
  const mallinfo = koffi.load(null).func("mallinfo2", information, [])
  return async () => {
    // What one collection finalises, the next one frees.
    for (let turn = 0; turn < 10; turn++) {
      globalThis.gc?.()
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const { uordblks, hblkhd } = mallinfo()
    const { rss, heapUsed } = process.memoryUsage()
    return { resident: rss, native: uordblks + hblkhd, heap: heapUsed }
  }
}
