import type { Declined } from "@strongroom/core/backend"
import type { io, NamedTensorMap, Tensor } from "@tensorflow/tfjs-core"
import type { Computation } from "./computation.js"
import { activate, type Runtime } from "./runtime.js"

/**
 * Makes a layers model, as `tf.loadLayersModel` does, of layers that TensorFlow.js has. `weights` are in the engine
 * already: the model takes them over in the place of its own, which begin as zeros, since random numbers would cost more
 * than all the rest.
 */
export async function layersComputation(
  runtime: Runtime,
  json: io.ModelJSON,
  weights: NamedTensorMap,
): Promise<Computation | Declined> {
  const { tf, title, loadLayers } = runtime
  if (loadLayers === undefined) return { declined: `it has no layers models on ${title}.` }
  // Registers its classes.
  const layers = await loadLayers()
  const unknown = unknownLayers(tf, json.modelTopology)
  if (unknown.length > 0)
    return { declined: `it has no layers of the class ${unknown.join(", ")}: custom ones aren't run.` }
  const modelTopology = withoutInitializers(json.modelTopology) as io.ModelArtifacts["modelTopology"]
  activate(runtime)
  const model = await layers.loadLayersModel({ load: async () => ({ modelTopology }) as io.ModelArtifacts })
  // A sequential model knows its inputs and outputs only then.
  if (model instanceof layers.Sequential) model.build()
  model.loadWeights(withoutOptimizers(json, weights), true)
  return {
    async execute(inputs, outputs) {
      const given = model.inputNames.map((name) => inputs[name] as Tensor)
      const all = [model.predictOnBatch(given)].flat()
      return outputs.map((name) => all[model.outputNames.indexOf(name)] as Tensor)
    },
    dispose: () => void model.dispose(),
  }
}

/** What a model was trained with may lie beside its weights. */
function withoutOptimizers({ weightsManifest = [] }: io.ModelJSON, weights: NamedTensorMap): NamedTensorMap {
  const specs = weightsManifest.flatMap((group) => group.weights)
  const others = new Set(specs.filter(({ group }) => group === "optimizer").map(({ name }) => name))
  return Object.fromEntries(Object.entries(weights).filter(([name]) => !others.has(name)))
}

/** Classes of layers in a configuration of Keras's that TensorFlow.js doesn't have, sorted. */
function unknownLayers(tf: Runtime["tf"], topology: unknown): readonly string[] {
  const known = tf.serialization.SerializationMap.getMap().classNameMap
  const unknown = new Set<string>()
  walk(topology, (object) => {
    const { class_name: name, config } = object
    // Initializers and the like have no name.
    const isLayer = typeof config === "object" && config !== null && "name" in config
    if (typeof name === "string" && isLayer && !Object.hasOwn(known, name)) unknown.add(name)
  })
  return [...unknown].sort()
}

type JsonObject = { readonly [key: string]: unknown }

function walk(value: unknown, visit: (object: JsonObject) => void): void {
  if (typeof value !== "object" || value === null) return
  if (!Array.isArray(value)) visit(value as JsonObject)
  for (const [key, inner] of Object.entries(value)) {
    // Keras 3 describes types as it does layers.
    if (key !== "dtype") walk(inner, visit)
  }
}

const zeros = { class_name: "Zeros", config: {} }

/** The configuration with zeros in the place of what weights begin as. */
function withoutInitializers(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value
  if (Array.isArray(value)) return value.map(withoutInitializers)
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, /_initializer$/.test(key) ? zeros : withoutInitializers(inner)]),
  )
}
