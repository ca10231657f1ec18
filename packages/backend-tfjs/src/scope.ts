import type { Tensor } from "@tensorflow/tfjs-core"
import { activate, type Runtime } from "./runtime.js"

let last: Promise<void> = Promise.resolve()
const nothing = () => undefined

/** Runs tasks of all sessions on this thread one after another: TensorFlow.js has one stack of scopes for all. */
export function exclusively<T>(task: () => Promise<T>): Promise<T> {
  const result = last.then(task)
  last = result.then(nothing, nothing)
  return result
}

const spared = new WeakSet<Tensor>()

/** Marks a tensor as one that stays until it is disposed of, whichever scope is open, and returns it. */
export function spare(tf: Runtime["tf"], tensor: Tensor): Tensor {
  spared.add(tensor)
  return tf.keep(tensor)
}

/**
 * Frees every tensor made while `task` ran, but for those that were {@link spare}d. Those that TensorFlow.js itself
 * marks as kept, too: it does so with all that it puts into lists, inputs among them, and forgets them when a run fails.
 */
export async function scoped<T>(runtime: Runtime, task: () => Promise<T>): Promise<T> {
  activate(runtime)
  const engine = runtime.tf.engine()
  engine.startScope("strongroom")
  try {
    return await task()
  } finally {
    for (const tensor of engine.state.activeScope.track) {
      if (!spared.has(tensor) && !tensor.isDisposed) tensor.dispose()
    }
    engine.endScope()
  }
}
