import type { GraphModel } from "@tensorflow/tfjs-converter"
import type { Tensor } from "@tensorflow/tfjs-core"
import type { Graph } from "./graph.js"
import type { Runtime } from "./runtime.js"
import { exclusively, scoped, spare } from "./scope.js"

/** The private members of a GraphModel (tfjs-converter 4.22) by which it runs its initializer at the first run. */
interface Initialising {
  readonly initializer?: { readonly graph: Graph }
  executeInitializerGraphAsync(): Promise<Tensor[]>
  setResourceIdToCapturedInput(outputs: Tensor[]): void
}

const membersOf = (model: GraphModel) => model as unknown as Initialising

/** The graph that a model runs once, to fill its hash tables; none where it has none. */
export function initializerOf(model: GraphModel): readonly Graph[] {
  const { initializer } = membersOf(model)
  return initializer === undefined ? [] : [initializer.graph]
}

/**
 * Runs it, when the model is loaded: what TensorFlow.js makes of it at the first run would go with the tensors of that.
 *
 * @returns how to free what it has made, after the model.
 */
export async function initialise(runtime: Runtime, model: GraphModel): Promise<() => void> {
  if (initializerOf(model).length === 0) return () => {}
  const members = membersOf(model)
  const made: Tensor[] = []
  await exclusively(() =>
    scoped(runtime, async () => {
      members.setResourceIdToCapturedInput(await members.executeInitializerGraphAsync())
      // Tables, and what is in them.
      const { track } = runtime.tf.engine().state.activeScope
      made.push(
        ...track.filter((tensor) => tensor.kept && !tensor.isDisposed).map((tensor) => spare(runtime.tf, tensor)),
      )
    }),
  )
  return () => {
    for (const tensor of made) tensor.dispose()
  }
}
