import type { PartRole } from "../backend.js"
import { utf8 } from "../bytes.js"
import { StrongroomError } from "../errors.js"
import { bytesSource } from "../source/bytes.js"
import type { Source } from "../source/source.js"
import { type ImportedModel, imported } from "./imported.js"
import { checkPartNames } from "./part-names.js"
import { protobufReader } from "./protobuf.js"
import { type MetaGraph, notSavedModel, readMetaGraphs } from "./saved-model-graphs.js"
import { readSignature, type SignatureTensor } from "./saved-model-signature.js"
import { checkTensorSpecs } from "./tensor-specs.js"

/** Which of a SavedModel's functions is sealed. */
export interface SavedModelChoice {
  /** The tags of its graph, all of them. Default: `["serve"]`, or those of the only graph. */
  readonly tags?: readonly string[]
  /** The key of its signature. Default: `"serving_default"`, or the only one. */
  readonly signature?: string
}

export interface ImportSavedModelOptions extends SavedModelChoice {
  readonly signal?: AbortSignal
}

const graphName = "saved_model.pb"
/** What an engine needs to know and would have to read the graph for. */
const descriptionName = "strongroom-signature.json"

/** True for a file, by its path in the folder, that only a SavedModel has. */
export function isSavedModelGraph(name: string): boolean {
  return /^saved_model\.(pb|pbtxt|cpb)$/.test(name)
}

/**
 * A SavedModel of TensorFlow (also what Keras's `model.export()` writes): every file of its folder as it is, as a part
 * with its path: saved_model.pb with role `graph`, those below `variables/` with role `weights`, others with role `file`.
 * Inputs and outputs are those of one signature, by their keys there; sizes that aren't known are `"?"`. One part more,
 * `strongroom-signature.json` with role `graph`, says for engines which signature it is:
 * `{ "format": "strongroom-saved-model/1", "tags": ["serve"], "inputs": { "x": "serving_default_x:0" }, "outputs": {...} }`,
 * tensors of the graph by the signature's keys.
 *
 * The graph is walked in bounded memory, variables are never read. The sources are the caller's: `close()` of what is
 * returned closes them all; when this rejects, none is closed.
 *
 * @param files All files of the folder, by their paths in it, with slashes.
 * @throws StrongroomError `import-failed` for what isn't such a model, lacks the chosen graph or signature, files of its
 *   variables or assets; and for a signature that a sealed model can't describe.
 */
export async function importSavedModel(
  files: readonly { readonly name: string; readonly source: Source }[],
  options: ImportSavedModelOptions = {},
): Promise<ImportedModel> {
  const graph = files.find(({ name }) => name === graphName)
  if (graph === undefined) {
    return notSavedModel("it has no saved_model.pb (as text, or in several pieces, it can't be taken): save it again")
  }
  checkPartNames([descriptionName, ...files.map(({ name }) => name)], "files of this model")
  const reader = await protobufReader(graph.source, notSavedModel, options.signal)
  const metaGraph = chooseGraph(await readMetaGraphs(reader), options.tags)
  checkFiles(metaGraph, new Set(files.map(({ name }) => name)))
  const { inputs, outputs } = await readSignature(reader, chooseSignature(metaGraph, options.signature))
  const specs = { inputs: inputs.map(specOf), outputs: outputs.map(specOf) }
  checkTensorSpecs(specs.inputs, "inputs")
  checkTensorSpecs(specs.outputs, "outputs")
  const description = {
    format: "strongroom-saved-model/1",
    tags: metaGraph.tags,
    inputs: tensorsOf(inputs),
    outputs: tensorsOf(outputs),
  }
  return imported({
    kind: "saved-model",
    ...specs,
    parts: [
      { role: "graph", name: descriptionName, source: bytesSource(utf8(JSON.stringify(description))) },
      ...files.map(({ name, source }) => ({ role: roleOf(name), name, source })),
    ],
  })
}

const specOf = ({ name, type, shape }: SignatureTensor) => ({ name, type, shape })

const tensorsOf = (tensors: readonly SignatureTensor[]) =>
  Object.fromEntries(tensors.map(({ name, tensor }) => [name, tensor]))

function roleOf(name: string): PartRole {
  if (name === graphName) return "graph"
  return name.startsWith("variables/") ? "weights" : "file"
}

function chooseGraph(graphs: readonly MetaGraph[], tags: readonly string[] | undefined): MetaGraph {
  const found = graphs.find((graph) => isSame(graph.tags, tags ?? ["serve"]))
  if (found !== undefined) return found
  const [only, ...others] = graphs
  if (only !== undefined && others.length === 0 && tags === undefined) return only
  throw new StrongroomError(
    "import-failed",
    `This SavedModel has no graph with just the tags ${listed(tags ?? ["serve"])}. Choose one by its tags: ` +
      `${graphs.map((graph) => listed(graph.tags)).join("; ")}.`,
  )
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return new Set(left).size === new Set(right).size && left.every((tag) => right.includes(tag))
}

function chooseSignature({ signatures }: MetaGraph, signature: string | undefined) {
  const found = signatures.get(signature ?? "serving_default")
  if (found !== undefined) return found
  const [only, ...others] = signatures.values()
  if (only !== undefined && others.length === 0 && signature === undefined) return only
  if (only === undefined) return notSavedModel("it has no signature: save it with one")
  const wanted = JSON.stringify(signature ?? "serving_default")
  throw new StrongroomError(
    "import-failed",
    `This SavedModel has no signature ${wanted}. Choose one of ${listed([...signatures.keys()])}.`,
  )
}

const listed = (names: readonly string[]) => names.map((name) => JSON.stringify(name)).join(", ") || "none"

const shardName = /^variables\/variables\.data-\d{5}-of-(\d{5})$/

/** TensorFlow itself would load a model without its variables, and fail when it runs. */
function checkFiles({ hasVariables, assets }: MetaGraph, names: ReadonlySet<string>): void {
  const missing = assets.filter((asset) => !names.has(`assets/${asset}`)).length
  if (missing > 0) {
    throw new StrongroomError("import-failed", `${missing} of this SavedModel's ${assets.length} assets are missing.`)
  }
  if (!hasVariables) return
  const shards = [...names].flatMap((name) => shardName.exec(name)?.[1] ?? [])
  if (names.has("variables/variables.index") && shards.length > 0 && shards.every((of) => Number(of) === shards.length))
    return
  throw new StrongroomError(
    "import-failed",
    "This SavedModel has variables, and not all files of them are there. Copy its folder whole, with variables/.",
  )
}
