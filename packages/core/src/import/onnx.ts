import { StrongroomError } from "../errors.js"
import { limits } from "../format/limits.js"
import type { Source } from "../source/source.js"
import type { TensorSpec } from "../tensor.js"
import { closeAll, type ImportedModel, imported } from "./imported.js"
import { type ExternalData, type TensorVisitor, walkAttribute, walkGraph, walkNode } from "./onnx-tensors.js"
import { bytesOf, malformed, onlyOne, readTensorSpec, readValue, type Value } from "./onnx-values.js"
import { checkPartNames } from "./part-names.js"
import { type ProtobufReader, protobufReader, type Range } from "./protobuf.js"
import { checkTensorSpecs } from "./tensor-specs.js"

/** The graph part's name: ONNX itself has no name for its own file. */
const graphName = "model.onnx"

// Before IR version 4 every initialiser is an input too.
const mostValues = 65_536

/**
 * An ONNX model (onnx.proto, IR versions 1 to 13 known): the file as it is, as part `model.onnx` with role `graph`, and
 * every file that its tensors name, with role `weights` and the name that they use. Weights are never read: memory is a
 * few hundred KiB however large they are. Inputs are the graph's without those that initialisers give; a dimension
 * without a name is `"?"`.
 *
 * The sources are the caller's: `close()` of what is returned closes them all. When this rejects, those that
 * `externalData` gave are closed and `source` is not.
 *
 * @param externalData Gives the file at a location: a relative path with slashes, from the folder of the model.
 * @throws StrongroomError `import-failed` for bytes that aren't an ONNX model, inputs or outputs that a sealed model
 *   can't describe, locations that aren't below the model's folder, and files that are missing or too short.
 */
export async function importOnnx(
  source: Source,
  externalData?: (location: string) => Promise<Source>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<ImportedModel> {
  const { signal } = options
  const reader = await protobufReader(source, malformed, signal)
  const graph = await readModel(reader)
  const { inputs, outputs } = await readSignature(reader, graph)
  const ends = new Map<string, number>()
  const visitor = {
    external({ location, end }: ExternalData) {
      ends.set(location, Math.max(end, ends.get(location) ?? 0))
      if (ends.size > limits.mostParts) malformed(`its weights are in more than ${limits.mostParts} files`)
    },
    initializer(name: string) {
      inputs.delete(name)
    },
  }
  await walkGraph(reader, graph, visitor)
  await walkOthers(reader, { ...visitor, initializer: () => {} })
  const specs = {
    inputs: await readSpecs(reader, Array.from(inputs.values()), "Input"),
    outputs: await readSpecs(reader, outputs, "Output"),
  }
  checkTensorSpecs(specs.inputs, "inputs")
  checkTensorSpecs(specs.outputs, "outputs")
  checkPartNames([graphName, ...ends.keys()], "files of this model")
  const weights = await openExternalData(ends, externalData, signal)
  return imported({
    kind: "onnx",
    ...specs,
    parts: [
      { role: "graph", name: graphName, source },
      ...weights.map(([name, opened]) => ({ role: "weights" as const, name, source: opened })),
    ],
  })
}

/** True when the bytes are an ONNX model at their outermost: what tells one from any other file. */
export async function isOnnx(source: Source, signal?: AbortSignal): Promise<boolean> {
  try {
    await readModel(await protobufReader(source, malformed, signal))
    return true
  } catch (error) {
    if (StrongroomError.is(error) && error.code === "import-failed") return false
    throw error
  }
}

/** ModelProto: ir_version = 1, graph = 7, opset_import = 8. Where the graph is. */
async function readModel(reader: ProtobufReader): Promise<Range> {
  const found: { version: number; operatorSets: number; graph?: Range } = { version: 0, operatorSets: 0 }
  await reader.walk({ start: 0, end: reader.byteLength }, (field) => {
    if (field.number === 1) found.version = field.value
    if (field.number === 7) found.graph = onlyOne(found.graph, field)
    if (field.number === 8 && field.wire === "bytes") found.operatorSets++
    return undefined
  })
  const { version, operatorSets, graph } = found
  if (version < 1 || version > 1000) malformed(`it has ${version === 0 ? "no" : "an impossible"} IR version`)
  if (version >= 3 && operatorSets === 0) malformed("it names no operator set")
  return graph ?? malformed("it has no graph")
}

/** What else can hold tensors: graphs for training, and functions. ModelProto: training_info = 20, functions = 25. */
async function walkOthers(reader: ProtobufReader, visitor: TensorVisitor): Promise<void> {
  await reader.walk({ start: 0, end: reader.byteLength }, (field) => {
    // TrainingInfoProto: initialization = 1, algorithm = 2.
    if (field.number === 20) {
      return reader.walk(bytesOf(field), (inner) =>
        inner.number === 1 || inner.number === 2 ? walkGraph(reader, bytesOf(inner), visitor) : undefined,
      )
    }
    // FunctionProto: node = 7, attribute_proto = 11.
    if (field.number === 25) {
      return reader.walk(bytesOf(field), (inner) => {
        if (inner.number === 7) return walkNode(reader, bytesOf(inner), visitor, 0)
        return inner.number === 11 ? walkAttribute(reader, bytesOf(inner), visitor, 0) : undefined
      })
    }
    return undefined
  })
}

/** GraphProto: input = 11, output = 12. */
async function readSignature(reader: ProtobufReader, graph: Range) {
  const inputs = new Map<string, Value>()
  const outputs: Value[] = []
  await reader.walk(graph, (field) => {
    if (field.number !== 11 && field.number !== 12) return undefined
    if (inputs.size + outputs.length === mostValues) malformed(`it has more than ${mostValues} inputs and outputs`)
    return readValue(reader, bytesOf(field)).then((value) => {
      if (field.number === 12) outputs.push(value)
      else if (inputs.has(value.name)) malformed("two inputs have one name")
      else inputs.set(value.name, value)
    })
  })
  return { inputs, outputs }
}

async function readSpecs(reader: ProtobufReader, values: readonly Value[], what: string): Promise<TensorSpec[]> {
  const specs: TensorSpec[] = []
  for (const value of values) {
    specs.push(await readTensorSpec(reader, value, `${what} ${specs.length + 1} of ${values.length}`))
  }
  return specs
}

/** Opens every file once and looks whether it is long enough. */
async function openExternalData(
  ends: ReadonlyMap<string, number>,
  externalData: ((location: string) => Promise<Source>) | undefined,
  signal: AbortSignal | undefined,
): Promise<(readonly [location: string, source: Source])[]> {
  const opened: (readonly [string, Source])[] = []
  let missing = 0
  let short = 0
  try {
    for (const [location, end] of ends) {
      try {
        const source = await externalData?.(location)
        if (source !== undefined) {
          opened.push([location, source])
          if ((await source.byteLength(signal)) < end) short++
        } else missing++
      } catch (error) {
        if (!StrongroomError.is(error) || error.code !== "source-missing") throw error
        missing++
      }
    }
    if (missing > 0 || short > 0) {
      const problem =
        missing > 0 ? `${missing} of them are missing` : `${short} of them are shorter than its tensors say`
      throw new StrongroomError(
        "import-failed",
        `This ONNX model keeps weights in ${ends.size} files beside it, and ${problem}. ` +
          "Put them where the model was saved with them: in its own folder, under their own names.",
      )
    }
    return opened
  } catch (error) {
    await closeAll(opened.map(([, source]) => source))
    throw error
  }
}
