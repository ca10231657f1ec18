import type { ElementType, EngineRun, EngineSession, OpenModel, RawTensor } from "@strongroom/core/backend"
import { isMisfit, withCode } from "../failure.js"
import type { Place } from "../place.js"
import { broken } from "./broken.js"
import type { LoadedBundle } from "./load.js"
import { namedSizes } from "./named-sizes.js"
import { makePlan, type Plan, type PlannedLaunch } from "./plan.js"
import { planCache } from "./plan-cache.js"

/** A session of a bundle. Runs are synchronous: the thread is this session's own. */
export function bundleSession(place: Place, model: OpenModel, bundle: LoadedBundle): EngineSession {
  const { queue } = place
  const types = new Map(model.outputs.map(({ name, type }) => [name, type as ElementType]))
  const plans = planCache()
  let keeping: Promise<void> = Promise.resolve()
  let unkept = 0
  let closed = false

  function planFor(inputs: Readonly<Record<string, RawTensor>>): { readonly plan: Plan; readonly isNew: boolean } {
    const key = JSON.stringify(model.inputs.map(({ name }) => inputs[name]?.shape))
    return plans.get(key, () => {
      const shapes = {
        inputs: Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape])),
        byteLengths: Object.fromEntries(Object.entries(inputs).map(([name, { data }]) => [name, data.length])),
        names: namedSizes(model.inputs, inputs),
      }
      return makePlan(place, bundle, shapes, types)
    })
  }

  function launch({ kernel, global, local, place }: PlannedLaunch): void {
    try {
      kernel.enqueue(queue, global, local && { local })
    } catch (error) {
      if (!isMisfit(error)) throw error
      throw broken(place, "the device or the kernel can't have these work sizes, for these inputs")
    }
  }

  function compute({ inputs, outputs, allocate }: EngineRun): { results: Record<string, RawTensor>; isNew: boolean } {
    const given = inputs as Readonly<Record<string, RawTensor>>
    const { plan, isNew } = planFor(given)
    for (const [name, buffer] of plan.inputs) {
      const bytes = given[name]?.data as Uint8Array
      if (bytes.length > 0) buffer.writeSync(queue, bytes)
    }
    for (const planned of plan.launches) launch(planned)
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
      plans.release()
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
