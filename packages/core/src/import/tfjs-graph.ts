import { StrongroomError } from "../errors.js"
import type { TensorSpec } from "../tensor.js"
import { listOf, type Members, member, membersOf, notTfjs } from "./tfjs-json.js"

/**
 * TensorFlow's DataType, by number (types.proto), as TF.js holds it: parseDtypeParam of tfjs-converter,
 * src/operations/operation_mapper.ts. A tensor that TensorFlow had as DT_INT64 is int32 in TF.js.
 */
const types: ReadonlyMap<unknown, TensorSpec["type"]> = new Map(
  (
    [
      ["float32", [1, "DT_FLOAT", 2, "DT_DOUBLE", 19, "DT_HALF"]],
      ["int32", [3, "DT_INT32", 4, "DT_UINT8", 6, "DT_INT8", 9, "DT_INT64"]],
      ["bool", [10, "DT_BOOL"]],
      ["string", [7, "DT_STRING"]],
    ] as const
  ).flatMap(([type, names]) => names.map((name) => [name, type] as const)),
)

/** Operators whose output is bool whatever they take; the names of attributes that hold another's output type. */
const comparisons = new Set(
  "Equal NotEqual Less LessEqual Greater GreaterEqual LogicalAnd LogicalOr LogicalNot IsNan IsInf IsFinite".split(" "),
)
const typeAttributes = ["DstT", "output_type", "out_type", "dtype", "T"]

/** Operators that TF.js would take for outputs where nobody consumes them, but that give nothing. */
const notOutputs = new Set(["Const", "NoOp", "Assert"])

/**
 * What a graph model takes and gives: by its signature, which TF.js converters write since 1.7, else by its placeholders
 * and the nodes that no other consumes. Names are tensors' names, as `GraphModel.execute` takes them.
 */
export function readGraphSignature(json: Members): { inputs: TensorSpec[]; outputs: TensorSpec[] } {
  const nodes = readNodes(json)
  // GraphModel.loadWithWeightMap prefers the one in userDefinedMetadata.
  const signature =
    membersOf(member(membersOf(member(json, "userDefinedMetadata")), "signature")) ??
    membersOf(member(json, "signature"))
  const inputs = readEntries(member(signature, "inputs"), nodes, "Input")
  const outputs = readEntries(member(signature, "outputs"), nodes, "Output")
  return {
    inputs: inputs.length > 0 ? inputs : placeholders(nodes),
    outputs: outputs.length > 0 ? outputs : unconsumed(nodes),
  }
}

interface Node {
  readonly operator: string
  readonly consumes: readonly string[]
  readonly attributes: Members | undefined
}

function readNodes(json: Members): ReadonlyMap<string, Node> {
  const topology = membersOf(member(json, "modelTopology"))
  const nodes = new Map<string, Node>()
  for (const item of listOf(member(topology, "node"), "modelTopology.node")) {
    const node = membersOf(item)
    const [name, operator] = [member(node, "name"), member(node, "op")]
    if (typeof name !== "string" || typeof operator !== "string") notTfjs("a node has no name or no op")
    const consumes = listOf(member(node, "input"), "a node's input").map((input) =>
      typeof input === "string" ? nodeName(input) : notTfjs("a node's input isn't text"),
    )
    nodes.set(name, { operator, consumes, attributes: membersOf(member(node, "attr")) })
  }
  if (nodes.size === 0) notTfjs("it has no graph")
  return nodes
}

/** `^name` is a control input, `name:1` and `name:output:1` name one of several outputs. */
function nodeName(input: string): string {
  return input.replace(/^\^/, "").split(":")[0] as string
}

/** `inputs` or `outputs` of a SignatureDef: key to TensorInfo (`name`, `dtype`, `tensorShape`). */
function readEntries(value: unknown, nodes: ReadonlyMap<string, Node>, what: string): TensorSpec[] {
  // Resources are held by the model itself, nobody feeds them.
  const entries = Object.entries(membersOf(value) ?? {})
    .map(([key, entry]) => ({ key, info: membersOf(entry) }))
    .filter(({ info }) => member(info, "resourceId") === undefined)
  const names = new Map(entries.map(({ key, info }) => [key, member(info, "name")]))
  return entries.map(({ key, info }, index) => {
    const place = `${what} ${index + 1} of ${entries.length}`
    const name = member(info, "name")
    if (typeof name !== "string" || name === "") return notTfjs("a tensor of its signature has no name")
    const node = nodes.get(nodeName(name))
    if (node === undefined) notTfjs("its signature names a tensor that isn't in its graph")
    const type = types.get(member(info, "dtype")) ?? attributeType(node, what)
    const shape = readShape(member(info, "tensorShape")) ?? attributeShape(node)
    if (type === undefined) throw withoutType(place)
    if (shape === undefined) throw withoutShape(place)
    // GraphModel takes keys for names too, keys first: say the output's index where one's name is another's key.
    const ambiguous = names.has(name) && name !== key && names.get(name) !== name
    return { name: ambiguous && !name.includes(":") ? `${name}:0` : name, type, shape }
  })
}

function placeholders(nodes: ReadonlyMap<string, Node>): TensorSpec[] {
  const found = Array.from(nodes).filter(([, node]) => node.operator.startsWith("Placeholder"))
  return found.map(([name, node], index) => describe(name, node, "Input", index, found.length))
}

function unconsumed(nodes: ReadonlyMap<string, Node>): TensorSpec[] {
  const consumed = new Set(Array.from(nodes.values()).flatMap((node) => node.consumes))
  const found = Array.from(nodes).filter(
    ([name, { operator }]) => !consumed.has(name) && !notOutputs.has(operator) && !operator.startsWith("Placeholder"),
  )
  return found.map(([name, node], index) => describe(name, node, "Output", index, found.length))
}

function describe(name: string, node: Node, what: string, index: number, count: number): TensorSpec {
  const place = `${what} ${index + 1} of ${count}`
  const type = attributeType(node, what)
  const shape = attributeShape(node)
  if (type === undefined) throw withoutType(place)
  if (shape === undefined) throw withoutShape(place)
  return { name, type, shape }
}

function attributeType(node: Node, what: string): TensorSpec["type"] | undefined {
  if (what === "Output" && comparisons.has(node.operator)) return "bool"
  for (const name of typeAttributes) {
    const type = types.get(member(membersOf(member(node.attributes, name)), "type"))
    if (type !== undefined) return type
  }
  return undefined
}

/** `shape` of a placeholder, or what a converter noted of a node's first output. */
function attributeShape(node: Node): (number | string)[] | undefined {
  const own = readShape(member(membersOf(member(node.attributes, "shape")), "shape"))
  if (own !== undefined && node.operator.startsWith("Placeholder")) return own
  const noted = membersOf(member(membersOf(member(node.attributes, "_output_shapes")), "list"))
  const shapes = member(noted, "shape")
  return Array.isArray(shapes) ? readShape(shapes[0]) : undefined
}

/** TensorShapeProto as JSON: `dim`, each with `size`, a number or its digits, -1 for one that isn't known. */
function readShape(value: unknown): (number | string)[] | undefined {
  const shape = membersOf(value)
  if (shape === undefined || member(shape, "unknownRank") === true) return undefined
  return listOf(member(shape, "dim"), "a shape's dim").map((dim) => {
    const size = Number(member(membersOf(dim), "size") ?? 0)
    if (!Number.isSafeInteger(size) || size < -1) notTfjs("a size in a shape isn't one")
    return size === -1 ? "?" : size
  })
}

function withoutType(place: string): StrongroomError {
  return new StrongroomError(
    "import-failed",
    `${place} of this TensorFlow.js model has no element type that TF.js runs. ` +
      "Convert the model again with a current tensorflowjs_converter, which writes a signature.",
  )
}

function withoutShape(place: string): StrongroomError {
  return new StrongroomError(
    "import-failed",
    `${place} of this TensorFlow.js model has no known number of dimensions. Convert the model again with a current ` +
      "tensorflowjs_converter, from a SavedModel whose signature has shapes.",
  )
}
