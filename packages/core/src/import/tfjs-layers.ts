import { StrongroomError } from "../errors.js"
import type { TensorSpec } from "../tensor.js"
import { listOf, type Members, member, membersOf, notTfjs } from "./tfjs-json.js"

type Shape = readonly (number | string)[]

interface Layer {
  readonly name: string
  readonly className: string
  readonly config: Members | undefined
  /** Names of the layers whose outputs this one takes. */
  readonly from: readonly string[]
}

/** Layers whose output has as many dimensions as their first input. */
const sameRank = new Set(
  (
    "Activation ActivityRegularization Add AlphaDropout Average AveragePooling1D AveragePooling2D AveragePooling3D " +
    "BatchNormalization Concatenate Conv1D Conv2D Conv2DTranspose Conv3D Conv3DTranspose Cropping2D Dense " +
    "DepthwiseConv2D Dropout ELU GaussianDropout GaussianNoise LayerNormalization LeakyReLU Masking MaxPooling1D " +
    "MaxPooling2D MaxPooling3D Maximum Minimum Multiply Permute PReLU ReLU SeparableConv2D Softmax SpatialDropout1D " +
    "ThresholdedReLU UpSampling2D ZeroPadding2D"
  ).split(" "),
)
const flattening = new Set(
  "Flatten GlobalAveragePooling1D GlobalAveragePooling2D GlobalMaxPooling1D GlobalMaxPooling2D".split(" "),
)
const recurrent = new Set(["GRU", "LSTM", "SimpleRNN"])

/**
 * What a layers model (a Keras configuration, `tf.loadLayersModel`) takes and gives, where its configuration says so
 * clearly. Names are those of its input and output layers. Of outputs only the number of dimensions is known, and the
 * last size after a dense layer.
 *
 * @throws StrongroomError `import-failed` where it isn't clear: convert the model to a graph model, which says it.
 */
export function readLayersSignature(json: Members): { inputs: TensorSpec[]; outputs: TensorSpec[] } {
  const topology = membersOf(member(json, "modelTopology"))
  const model = membersOf(member(topology, "model_config")) ?? topology
  const config = member(model, "config")
  const layers = new Map<string, Layer>()
  const sequential = member(model, "class_name") === "Sequential"
  // Keras before 2.2.3 wrote a sequential model's layers without a frame.
  let previous: Layer | undefined
  for (const item of listOf(Array.isArray(config) ? config : member(membersOf(config), "layers"), "the layers")) {
    const layer = readLayer(item, sequential ? previous : undefined)
    layers.set(layer.name, layer)
    previous = layer
  }
  if (previous === undefined) notTfjs("it has no layers")
  const first = Array.from(layers.values())[0] as Layer
  const inputNames = sequential ? [first.name] : layerNames(member(membersOf(config), "input_layers"))
  const outputNames = sequential ? [previous.name] : layerNames(member(membersOf(config), "output_layers"))
  if (inputNames.length === 0 || outputNames.length === 0) throw unclear("which layers are inputs and outputs")
  return {
    inputs: inputNames.map((name) => readInput(layers.get(name))),
    outputs: outputNames.map((name) => ({
      name,
      type: layerType(layers.get(name)),
      shape: outputShape(name, layers),
    })),
  }
}

function readLayer(item: unknown, previous: Layer | undefined): Layer {
  const layer = membersOf(item)
  const config = membersOf(member(layer, "config"))
  const name = member(layer, "name") ?? member(config, "name")
  const className = member(layer, "class_name")
  if (typeof name !== "string" || typeof className !== "string") notTfjs("a layer has no name or no class")
  // inbound_nodes: for each use of the layer, for each input: [layer, node, tensor, arguments].
  const uses = listOf(member(layer, "inbound_nodes"), "a layer's inbound_nodes")
  const from = previous === undefined ? layerNames(uses[0]) : [previous.name]
  return { name, className, config, from }
}

/** The first words of `[[layer, node, tensor], ...]`, or of one such without a frame. */
function layerNames(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return []
  if (typeof value[0] === "string") return [value[0]]
  return value.flatMap((item) => (Array.isArray(item) && typeof item[0] === "string" ? [item[0]] : []))
}

function readInput(layer: Layer | undefined): TensorSpec {
  const shape = inputShape(layer?.config)
  if (layer === undefined || shape === undefined) throw unclear("the shape of an input")
  // TF.js makes an input layer where a sequential model has none: Layer's constructor, src/engine/topology.ts.
  const name = layer.className === "InputLayer" ? layer.name : `${layer.name}_input`
  return { name, type: layerType(layer), shape }
}

function inputShape(config: Members | undefined): Shape | undefined {
  const shape = member(config, "batch_input_shape") ?? member(config, "batch_shape")
  if (!Array.isArray(shape)) return undefined
  return shape.map((size) => {
    if (size === null || size === -1) return "?"
    return Number.isSafeInteger(size) && size >= 0 ? size : notTfjs("a layer's shape isn't one")
  })
}

function layerType(layer: Layer | undefined): TensorSpec["type"] {
  const type = member(layer?.config, "dtype") ?? "float32"
  if (type === "float32" || type === "int32" || type === "bool" || type === "string") return type
  throw unclear("the element type of a layer")
}

/** Follows first inputs back to a layer whose output has a known number of dimensions. */
function outputShape(name: string, layers: ReadonlyMap<string, Layer>): Shape {
  const visited = new Set<string>()
  let embeddings = 0
  let current = name
  for (;;) {
    const layer = layers.get(current)
    if (layer === undefined || visited.has(current)) throw unclear("how its layers are connected")
    visited.add(current)
    const rank = ownRank(layer)
    if (rank !== undefined) return withUnits(rank + embeddings, layers.get(name))
    if (layer.className === "Embedding") embeddings++
    else if (!sameRank.has(layer.className)) throw unclear("the shape of an output")
    if (layer.from[0] === undefined) {
      const shape = inputShape(layer.config)
      if (shape === undefined) throw unclear("how its layers are connected")
      return withUnits(shape.length + embeddings, layers.get(name))
    }
    current = layer.from[0]
  }
}

/** The number of dimensions of a layer's output, where the layer alone decides it. */
function ownRank({ className, config }: Layer): number | undefined {
  if (className === "InputLayer") return inputShape(config)?.length
  if (flattening.has(className)) return 2
  if (recurrent.has(className)) return member(config, "return_sequences") === true ? 3 : 2
  if (className === "Reshape") return 1 + listOf(member(config, "target_shape"), "a layer's target_shape").length
  return undefined
}

function withUnits(rank: number, layer: Layer | undefined): Shape {
  const shape: (number | string)[] = new Array(rank).fill("?")
  const units = layer?.className === "Dense" ? member(layer.config, "units") : undefined
  if (typeof units === "number") shape.splice(-1, 1, units)
  return shape
}

function unclear(what: string): StrongroomError {
  return new StrongroomError(
    "import-failed",
    `This TensorFlow.js layers model doesn't say clearly ${what}. Convert it to a graph model ` +
      "(tensorflowjs_converter --output_format tfjs_graph_model) and import that.",
  )
}
