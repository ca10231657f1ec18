import type { Declined } from "@strongroom/core/backend"
import type { GraphModel } from "@tensorflow/tfjs-converter"
import type { io, NamedTensorMap } from "@tensorflow/tfjs-core"
import type { Computation } from "./computation.js"
import { graphOf, lackingOperators, silence, type Way, wayOf } from "./graph.js"
import { initialise, initializerOf } from "./initializer.js"
import { repeatedRuns } from "./recording/repeated-runs.js"
import { activate, type Runtime } from "./runtime.js"

/**
 * Makes a graph model, whose operators the engine must have. `weights` are in the engine already, so that no copy of the
 * whole is made, as TensorFlow.js's own loaders do.
 */
export async function graphComputation(
  runtime: Runtime,
  json: io.ModelJSON,
  weights: NamedTensorMap,
): Promise<Computation | Declined> {
  const { tf, converter, backend, title } = runtime
  const artifacts: io.ModelArtifacts = {
    modelTopology: json.modelTopology,
    ...(json.signature && { signature: json.signature }),
    ...(json.userDefinedMetadata && { userDefinedMetadata: json.userDefinedMetadata }),
    ...(json.modelInitializer && { modelInitializer: json.modelInitializer }),
    ...(json.initializerSignature && { initializerSignature: json.initializerSignature }),
  }
  const handler = { load: async () => artifacts }
  activate(runtime)
  const model = new converter.GraphModel(handler, {}, { ...tf.io, decodeWeights: () => weights })
  await model.load()
  const graphs = [graphOf(model), ...initializerOf(model)]
  graphs.forEach(silence)
  const hasKernel = (kernel: string) => tf.getKernel(kernel, backend) !== undefined
  const lacking = new Set(graphs.flatMap((graph) => lackingOperators(graph, hasKernel)))
  if (lacking.size > 0) return { declined: `it has no ${[...lacking].join(", ")} on ${title}.` }
  const release = await initialise(runtime, model)
  /** Looking through a graph of some hundred nodes takes as long as one of them. */
  const ways = new Map<string, Way>()
  function wayFor(outputs: readonly string[]): Way {
    const choice = JSON.stringify(outputs)
    let way = ways.get(choice)
    if (way === undefined) {
      const nodes = outputs.map((name) => nodeName(model, name))
      way = wayOf(graphOf(model), nodes)
      ways.set(choice, way)
    }
    return way
  }
  const execute = (inputs: NamedTensorMap, outputs: readonly string[]) => [model.execute(inputs, [...outputs])].flat()
  const repeated = repeatedRuns(runtime, new Set(Object.values(weights)), execute)
  return {
    async execute(inputs, outputs) {
      const way = wayFor(outputs)
      if (way === "async") return [await model.executeAsync(inputs, [...outputs])].flat()
      return way === "sync" ? execute(inputs, outputs) : repeated(inputs, outputs)
    },
    dispose() {
      model.dispose()
      release()
    },
  }
}

/** As tfjs-converter has it: outputs may be named by the signature's keys, or as `node`, `node:0` or `node:result:0`. */
function nodeName({ modelSignature }: GraphModel, output: string): string {
  const signature = modelSignature as { outputs?: { [name: string]: { name?: string } } } | undefined
  return (signature?.outputs?.[output]?.name ?? output).replace(/:.*$/s, "")
}
