import type { EngineSession } from "@strongroom/core/backend"

/** What was made is kept when the first run has been answered, or the session closes: neither the load nor that run waits. */
export function keptAfterRun(session: EngineSession, made: { keep(): Promise<void> }): EngineSession {
  let keeping: Promise<void> | undefined
  const keep = () => {
    keeping ??= made.keep()
    return keeping
  }
  return {
    run(call) {
      const result = session.run(call)
      result.then(keep, keep)
      return result
    },
    async close() {
      try {
        await session.close()
      } finally {
        await keep()
      }
    },
  }
}
