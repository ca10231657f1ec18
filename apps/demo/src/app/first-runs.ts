/** What of a vault's networks is ready. Engines make one ready for a shape of inputs at the first run with it. */
export interface Readiness {
  /** Shapes that are being made ready now. */
  readonly making: number
  /** Shapes that are ready, of all networks together. */
  readonly made: number
}

/** Tells first runs from later ones: an engine that compiles does it in those, for seconds. */
export function firstRuns() {
  const met = new Set<string>()
  let making = 0
  let made = 0

  return {
    readiness: (): Readiness => ({ making, made }),

    /** @param key The network and the shape of its input. */
    async watch<T>(key: string, run: () => Promise<T>): Promise<T> {
      if (met.has(key)) return run()
      met.add(key)
      making++
      try {
        const result = await run()
        made++
        return result
      } catch (error) {
        met.delete(key)
        throw error
      } finally {
        making--
      }
    },
  }
}
