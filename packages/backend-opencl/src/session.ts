import type { ElementType, EngineRun, EngineSession, OpenModel, RawTensor } from "@strongroom/core/backend"
import { tensorByteLength } from "@strongroom/core/host"
import { withCode } from "./failure.js"
import type { LoadedBundle, Place } from "./load.js"
import { makePlan, namedSizes, type Plan } from "./plan.js"

/** Shapes that a session stays ready for. */
const mostPlans = 4

/** A session of a bundle. Runs are synchronous: the thread is this session's own. */
export function bundleSession(place: Place, model: OpenModel, bundle: LoadedBundle): EngineSession {
  const { queue } = place
  const types = new Map(model.outputs.map(({ name, type }) => [name, type as ElementType]))
  /** By the inputs' shapes, the latest last. */
  const plans = new Map<string, Plan>()
  let keeping: Promise<void> = Promise.resolve()
  let unkept = 0
  let closed = false

  function planFor(inputs: Readonly<Record<string, RawTensor>>): { readonly plan: Plan; readonly isNew: boolean } {
    const key = JSON.stringify(model.inputs.map(({ name }) => inputs[name]?.shape))
    const there = plans.get(key)
    if (there) {
      plans.delete(key)
      plans.set(key, there)
      return { plan: there, isNew: false }
    }
    const [oldest] = plans.size >= mostPlans ? plans.keys() : []
    if (oldest !== undefined) {
      plans.get(oldest)?.release()
      plans.delete(oldest)
    }
    const shapes = {
      inputs: Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape])),
      byteLengths: Object.fromEntries(Object.entries(inputs).map(([name, { data }]) => [name, data.length])),
      names: namedSizes(model.inputs, inputs),
    }
    const outputByteLength = (name: string, shape: readonly number[]) =>
      tensorByteLength(types.get(name) as ElementType, shape)
    const plan = makePlan(place, bundle, shapes, outputByteLength)
    plans.set(key, plan)
    return { plan, isNew: true }
  }

  function compute({ inputs, outputs, allocate }: EngineRun): { results: Record<string, RawTensor>; isNew: boolean } {
    const given = inputs as Readonly<Record<string, RawTensor>>
    const { plan, isNew } = planFor(given)
    for (const [name, buffer] of plan.inputs) {
      const bytes = given[name]?.data as Uint8Array
      if (bytes.length > 0) buffer.writeSync(queue, bytes)
    }
    for (const { kernel, global, local } of plan.launches) kernel.enqueue(queue, global, local && { local })
    const results = outputs.map((name) => {
      const { shape, byteLength, buffer } = plan.outputs.get(name) as NonNullable<ReturnType<Plan["outputs"]["get"]>>
      const type = types.get(name) as ElementType
      const data = allocate(type, shape)
      if (byteLength > 0) buffer.readSync(queue, data)
      return [name, { type, shape, data }] as const
    })
    // Also where nothing was asked for: the inputs are lent until the run is over.
    queue.finishSync()
    return { results: Object.fromEntries(results), isNew }
  }

  return {
    async run(call) {
      if (closed) throw new Error("The session is closed.")
      try {
        const { results, isNew } = compute(call)
        // After the answer: what was compiled for these shapes can wait.
        if (isNew) keeping = keeping.then(keepSoon)
        return results
      } catch (error) {
        throw withCode(error)
      }
    },
    async close() {
      if (closed) return
      closed = true
      await keeping
      for (const plan of plans.values()) plan.release()
      plans.clear()
      for (const made of [...bundle.programs.values(), ...bundle.constants.values()]) made.release()
    },
  }

  async function keepSoon(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    try {
      await bundle.store.keep()
    } catch {
      // It is compiled again. Not the error's words, which name kernels.
      place.host.observe("cache.policy", { couldNotBeKept: ++unkept })
    }
  }
}
