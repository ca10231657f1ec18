import { isElementType } from "../element-type.js"
import { StrongroomError } from "../errors.js"
import type { Source } from "../source/source.js"
import type { TensorSpec } from "../tensor.js"
import { closeAll, type ImportedModel, imported } from "./imported.js"
import { checkPartNames } from "./part-names.js"
import { checkTensorSpecs } from "./tensor-specs.js"

type Members = { readonly [name: string]: unknown }

const format = "strongroom-opencl/1"
const descriptionName = "bundle.json"
/** JSON is parsed whole; a description holds no weights. */
const mostJson = 16 * 1024 * 1024
const dimensionName = /^[A-Za-z_]\w*$/

/**
 * A bundle of OpenCL C (spec/opencl-bundle.md): its description as it is, as part `bundle.json` with role `graph`; the
 * sources that it names with role `file`, and the files of its buffers with role `weights`. Of the description only inputs,
 * outputs and names of files are looked at: the backend checks the rest when it loads it.
 *
 * The sources are the caller's: `close()` of what is returned closes them all. When this rejects, those that `file` gave
 * are closed and `description` is not.
 *
 * @param file Gives the file at a path of the description, from its folder.
 * @throws StrongroomError `import-failed`
 */
export async function importOpencl(
  description: Source,
  file: (path: string) => Promise<Source>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<ImportedModel> {
  const json = await readDescription(description, options.signal)
  if (json?.format !== format) throw notBundle(`its format isn't "${format}"`)
  const inputs = readTensors(json.inputs, "inputs", inputSize)
  const outputs = readTensors(json.outputs, "outputs", outputSize)
  checkTensorSpecs(inputs, "inputs")
  checkTensorSpecs(outputs, "outputs")
  const sources = valuesOf(json.programs, "programs").flatMap(({ sources: names }) => {
    if (!Array.isArray(names)) throw notBundle("a program has no list of sources")
    return names.map((name: unknown) => ({ role: "file" as const, name }))
  })
  const weights = valuesOf(json.buffers, "buffers").flatMap(({ file: name }) =>
    name === undefined ? [] : [{ role: "weights" as const, name }],
  )
  const named = new Map<string, "file" | "weights">()
  for (const { role, name } of [...sources, ...weights]) {
    if (typeof name !== "string") throw notBundle("a file's name isn't a text")
    // A source can be in several programs.
    if (!named.has(name)) named.set(name, role)
  }
  checkPartNames([descriptionName, ...named.keys()], "files of this bundle")
  const opened: Source[] = []
  try {
    const parts = []
    for (const [name, role] of named) {
      const source = await file(name)
      opened.push(source)
      parts.push({ role, name, source })
    }
    const graph = { role: "graph" as const, name: descriptionName, source: description }
    return imported({ kind: "file", inputs, outputs, parts: [graph, ...parts] })
  } catch (error) {
    await closeAll(opened)
    throw error
  }
}

/** True when the bytes are JSON that says it describes such a bundle, of this release's format or another. */
export async function isOpencl(source: Source, signal?: AbortSignal): Promise<boolean> {
  const json = await readDescription(source, signal).catch((error: unknown) => {
    if (StrongroomError.is(error) && error.code === "import-failed") return undefined
    throw error
  })
  return typeof json?.format === "string" && json.format.startsWith("strongroom-opencl/")
}

async function readDescription(source: Source, signal: AbortSignal | undefined): Promise<Members | undefined> {
  const byteLength = await source.byteLength(signal)
  if (byteLength > mostJson) throw notBundle(`it has ${byteLength} bytes, and at most ${mostJson} are read`)
  const bytes = new Uint8Array(byteLength)
  await source.read(0, bytes, signal)
  try {
    return membersOf(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)))
  } catch {
    // Without the cause: a parser's message quotes the text.
    throw notBundle("it isn't JSON")
  }
}

function readTensors(value: unknown, what: string, sizeOf: (size: unknown) => number | string): TensorSpec[] {
  if (!Array.isArray(value)) throw notBundle(`it has no list of ${what}`)
  return value.map((tensor: unknown) => {
    const { name, type, shape } = membersOf(tensor) ?? {}
    if (typeof name !== "string" || !isElementType(type) || !Array.isArray(shape)) {
      throw notBundle(`one of its ${what} lacks a name, an element type or a shape`)
    }
    return { name, type, shape: shape.map(sizeOf) }
  })
}

function inputSize(size: unknown): number | string {
  if (typeof size === "number" || (typeof size === "string" && (size === "?" || dimensionName.test(size)))) return size
  throw notBundle('a size of an input is neither a number, nor a name, nor "?"')
}

/** What is computed from other sizes has no name that an app could use. */
function outputSize(size: unknown): number | string {
  if (typeof size === "number") return size
  if (typeof size === "string") return dimensionName.test(size) ? size : "?"
  throw notBundle("a size of an output is neither a number nor an expression")
}

function valuesOf(value: unknown, what: string): Members[] {
  if (value === undefined) return []
  const members = membersOf(value) ?? refuse(`its ${what} aren't an object`)
  return Object.values(members).map((one) => membersOf(one) ?? refuse(`one of its ${what} isn't an object`))
}

function refuse(problem: string): never {
  throw notBundle(problem)
}

function membersOf(value: unknown): Members | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : undefined
}

function notBundle(problem: string): StrongroomError {
  return new StrongroomError(
    "import-failed",
    `This isn't the description of an OpenCL bundle, or is a damaged one: ${problem}.`,
  )
}
