import { StrongroomError } from "../errors.js"
import { limits } from "../format/limits.js"
import { fieldChecks, type Malformed, type ProtobufReader, type Range } from "./protobuf.js"

/** @throws StrongroomError `import-failed` always. */
export const notSavedModel: Malformed = (problem) => {
  throw new StrongroomError("import-failed", `This isn't a SavedModel, or is a damaged one: ${problem}.`)
}

export const { bytesOf, onlyOne } = fieldChecks(notSavedModel)

/** A graph of a SavedModel: MetaGraphDef of TensorFlow's meta_graph.proto. */
export interface MetaGraph {
  readonly tags: readonly string[]
  /** Where each signature's SignatureDef is, by its key. */
  readonly signatures: ReadonlyMap<string, Range>
  /** Names of files below `assets/`. */
  readonly assets: readonly string[]
  /** Whether the files of `variables/` belong to it. */
  readonly hasVariables: boolean
}

/** TensorFlow's own, such as `__saved_model_init_op`, are nobody's to run. */
const isInternal = (signature: string) => signature.startsWith("__saved_model_")

const mostGraphs = 64
const mostSignatures = 4096

/** SavedModel: saved_model_schema_version = 1, meta_graphs = 2. */
export async function readMetaGraphs(reader: ProtobufReader): Promise<readonly MetaGraph[]> {
  const graphs: MetaGraph[] = []
  await reader.walk({ start: 0, end: reader.byteLength }, async (field) => {
    if (field.number !== 2) return
    if (graphs.length === mostGraphs) notSavedModel(`it has more than ${mostGraphs} graphs`)
    graphs.push(await readMetaGraph(reader, bytesOf(field)))
  })
  return graphs.length > 0 ? graphs : notSavedModel("it has no graph")
}

/** MetaGraphDef: meta_info_def = 1, graph_def = 2, signature_def = 5, asset_file_def = 6. */
async function readMetaGraph(reader: ProtobufReader, range: Range): Promise<MetaGraph> {
  const tags: string[] = []
  const assets: string[] = []
  const signatures = new Map<string, Range>()
  const found = { hasVariables: false }
  const names = (to: string[], number: number) => (inner: Parameters<ProtobufReader["text"]>[0]) => {
    if (inner.number !== number) return undefined
    if (to.length === limits.mostParts) notSavedModel("it has too many tags or assets")
    return reader.text(inner, limits.mostName).then((text) => void to.push(text))
  }
  await reader.walk(range, async (field) => {
    // MetaInfoDef: tags = 4. AssetFileDef: filename = 2.
    if (field.number === 1) await reader.walk(bytesOf(field), names(tags, 4))
    if (field.number === 2) found.hasVariables ||= await holdsVariables(reader, bytesOf(field))
    if (field.number === 5) {
      if (signatures.size === mostSignatures) notSavedModel(`it has more than ${mostSignatures} signatures`)
      const { key, value } = await readEntry(reader, bytesOf(field))
      if (!isInternal(key)) signatures.set(key, value)
    }
    if (field.number === 6) await reader.walk(bytesOf(field), names(assets, 2))
  })
  return { tags, signatures, assets, ...found }
}

/** One entry of a map from text to message: key = 1, value = 2. */
export async function readEntry(reader: ProtobufReader, range: Range): Promise<{ key: string; value: Range }> {
  const found: { key: string; value?: Range } = { key: "" }
  await reader.walk(range, async (field) => {
    if (field.number === 1) found.key = await reader.text(field, limits.mostName)
    if (field.number === 2) found.value = onlyOne(found.value, field)
  })
  // An empty message need not be written.
  return { key: found.key, value: found.value ?? { start: range.end, end: range.end } }
}

/** Those of TensorFlow 2, and of 1. */
const variables = new Set(["VarHandleOp", "VariableV2", "Variable"])

/** GraphDef: node = 1. NodeDef: op = 2. What is captured by functions is in the outermost graph, too. */
async function holdsVariables(reader: ProtobufReader, range: Range): Promise<boolean> {
  let found = false
  await reader.walk(range, (field) => {
    if (found || field.number !== 1) return undefined
    return reader.walk(bytesOf(field), (inner) =>
      inner.number === 2
        ? reader.text(inner, limits.mostName).then((operator) => {
            found ||= variables.has(operator)
          })
        : undefined,
    )
  })
  return found
}
