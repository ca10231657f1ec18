import type { Engine, Host } from "@strongroom/core/backend"
import { rehearse } from "./rehearsal.js"
import type { Runtime } from "./runtime.js"

/** The engine, which rehearses on `runtime` while it waits for its first model. */
export function rehearsedEngine(engine: Engine, runtime: Runtime, host: Host): Engine {
  if (!runtime.rehearses) return engine
  const stopping = new AbortController()
  const rehearsal = new Promise<void>((resolve) => {
    // When whoever waits for this engine has been told of it. What fails here, a real model's load says better.
    setImmediate(() => resolve(rehearse(runtime, host, stopping.signal).catch(() => {})))
  })
  return {
    ...engine,
    load(model, context) {
      stopping.abort()
      return engine.load(model, context)
    },
    async close() {
      stopping.abort()
      await rehearsal
      await engine.close()
    },
  }
}
