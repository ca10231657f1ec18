import { StrongroomError } from "@strongroom/core/backend"
import type { Plan } from "./plan.js"

/** Shapes that a session stays ready for. */
const mostPlans = 4

/** The plans of a session, by the inputs' shapes. */
export interface PlanCache {
  /** @throws StrongroomError what `make` throws */
  get(key: string, make: () => Plan): { readonly plan: Plan; readonly isNew: boolean }
  release(): void
}

export function planCache(): PlanCache {
  /** The one used last is the last. */
  const plans = new Map<string, Plan>()

  function forget(keys: Iterable<string>): void {
    for (const key of keys) {
      plans.get(key)?.release()
      plans.delete(key)
    }
  }

  /** Memory that plans for other shapes have is better used for this one. */
  function makeWithRoom(make: () => Plan): Plan {
    try {
      return make()
    } catch (error) {
      if (!StrongroomError.is(error) || error.code !== "out-of-memory" || plans.size === 0) throw error
      forget([...plans.keys()])
      return make()
    }
  }

  return {
    get(key, make) {
      const there = plans.get(key)
      plans.delete(key)
      if (there === undefined && plans.size >= mostPlans) forget([...plans.keys()].slice(0, 1))
      const plan = there ?? makeWithRoom(make)
      plans.set(key, plan)
      return { plan, isNew: there === undefined }
    },
    release: () => forget([...plans.keys()]),
  }
}
