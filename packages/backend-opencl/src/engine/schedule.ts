import type { Storage } from "../launch.js"
import type { LoweredStep } from "../plan/lowering.js"
import { storagesOf } from "./prepared-step.js"

/** Runs steps as soon as they can: when their weights have arrived, and earlier steps have written what they use. */
export interface Schedule {
  /** Runs what waits for no weight. To be called once. */
  start(): void
  /** A weight is on the device. */
  arrived(weight: Storage): void
}

/**
 * @param steps in their order, which they keep where one uses what an earlier one writes
 * @param weights those that will arrive
 * @param run called for each step once
 */
export function schedule(
  steps: readonly LoweredStep[],
  weights: ReadonlySet<Storage>,
  run: (step: LoweredStep) => void,
): Schedule {
  /** How much each step waits for, and what waits for a step or a weight. */
  const missing = new Map<LoweredStep, number>()
  const waiting = new Map<LoweredStep | Storage, LoweredStep[]>()
  const writers = new Map<Storage, LoweredStep[]>()
  for (const step of steps) {
    const causes = new Set<LoweredStep | Storage>()
    for (const storage of storagesOf(step)) {
      if (weights.has(storage)) causes.add(storage)
      for (const writer of writers.get(storage) ?? []) causes.add(writer)
    }
    missing.set(step, causes.size)
    for (const cause of causes) addTo(waiting, cause, step)
    for (const output of step.outputs) addTo(writers, output, step)
  }

  function happened(first: LoweredStep | Storage): void {
    const news = [first]
    for (let cause = news.shift(); cause !== undefined; cause = news.shift()) {
      for (const step of waiting.get(cause) ?? []) {
        const left = (missing.get(step) as number) - 1
        missing.set(step, left)
        if (left > 0) continue
        run(step)
        news.push(step)
      }
    }
  }

  return {
    start() {
      const free = steps.filter((step) => missing.get(step) === 0)
      for (const step of free) {
        run(step)
        happened(step)
      }
    },
    arrived: happened,
  }
}

function addTo<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}
