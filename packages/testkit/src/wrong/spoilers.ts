import type { Declined, Engine, EngineRun, EngineSession, LoadContext, OpenModel } from "@strongroom/core/backend"

type Load = (model: OpenModel, context: LoadContext) => Promise<EngineSession | Declined>
type Run = EngineSession["run"]

/** `engine` with another way to load. */
export function spoilLoad(
  engine: Engine,
  load: (model: OpenModel, context: LoadContext, sound: Load) => ReturnType<Load>,
): Engine {
  return { ...engine, load: (model, context) => load(model, context, engine.load) }
}

/** `engine` whose sessions are what `change` makes of them. */
export function spoilSession(engine: Engine, change: (session: EngineSession) => EngineSession): Engine {
  return spoilLoad(engine, async (model, context, sound) => {
    const session = await sound(model, context)
    return "declined" in session ? session : change(session)
  })
}

/** `engine` whose sessions run in another way. */
export function spoilRun(engine: Engine, run: (call: EngineRun, sound: Run) => ReturnType<Run>): Engine {
  return spoilSession(engine, (session) => ({ ...session, run: (call) => run(call, session.run) }))
}
