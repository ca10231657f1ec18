import type { TensorSpec } from "@strongroom/core/backend"
import { broken } from "./broken.js"
import { parseSize, type Scope, type Size } from "./size.js"
import { isValueType, partsOf, type ValueType } from "./value-type.js"

/** What a bundle says of itself, read and checked: see spec/opencl-bundle.md. */
export interface Description {
  /** In an order in which they can be computed. */
  readonly sizes: readonly (readonly [name: string, size: Size])[]
  /** Pairs that must be the same in every run, where the inputs' shapes don't say so by a name. */
  readonly equal: readonly (readonly [Size, Size])[]
  readonly programs: ReadonlyMap<string, ProgramDescription>
  readonly buffers: ReadonlyMap<string, BufferDescription>
  /** The shapes of outputs, by name. */
  readonly outputs: ReadonlyMap<string, readonly Size[]>
  readonly launches: readonly Launch[]
  /** Of the device: what kernels use beyond OpenCL C. */
  readonly extensions: readonly string[]
}

export interface ProgramDescription {
  /** Parts' names, whose texts are one source, one behind the other. */
  readonly sources: readonly string[]
  readonly options: string
}

/** A part's bytes, as many as are said if that is; or memory that nothing is said of. */
export type BufferDescription =
  | { readonly file: string; readonly expected: number | undefined }
  | { readonly byteLength: Size }

export interface Launch {
  readonly program: string
  readonly kernel: string
  readonly arguments: readonly LaunchArgument[]
  /** Work items, one number a dimension. */
  readonly global: readonly Size[]
  readonly local: readonly Size[] | undefined
  /** Where it stands in the description, for errors. */
  readonly place: string
}

export type LaunchArgument =
  | { readonly memory: string }
  | { readonly local: Size }
  | { readonly type: ValueType; readonly values: readonly (number | Size)[] }

const format = "strongroom-opencl/1"
/** More than any network has, and few enough to be looked through at once. */
const mostLaunches = 100_000
/** Of every other list. */
const mostMembers = 10_000

/**
 * Whether JSON is the description of a bundle, of this release's format or another: a `file` model may be anything.
 *
 * @throws StrongroomError `backend-failed` for what isn't JSON, such as a description that was cut
 */
export function isDescription(text: string): boolean {
  const given = formatOf(parseJson(text))
  return typeof given === "string" && given.startsWith("strongroom-opencl/")
}

/**
 * Reads the text of a bundle's description, for a model of these inputs and outputs.
 *
 * @throws StrongroomError `backend-failed`, which says where it is wrong, and quotes nothing of it
 */
export function parseDescription(
  text: string,
  inputs: readonly TensorSpec[],
  outputs: readonly TensorSpec[],
): Description {
  const json = parseJson(text)
  // Before its members, which another format may have others of.
  if (formatOf(json) !== format) throw broken("format", `this release reads "${format}"`)
  const all = membersOf(json, "", [
    "extensions",
    "format",
    "inputs",
    "outputs",
    "sizes",
    "equal",
    "programs",
    "buffers",
    "launches",
  ])
  const { sizes, scope } = readSizes(all.sizes, inputs)
  const equal = listOf(all.equal ?? [], "equal").map((pair, index) => readPair(pair, `equal[${index}]`, scope))
  const buffers = readBuffers(all.buffers, scope)
  const shapes = readOutputs(all.outputs, outputs, scope)
  const memories = distinct([...inputs.map(({ name }) => name), ...shapes.keys(), ...buffers.keys()])
  const programs = readPrograms(all.programs)
  const launches = listOf(all.launches, "launches", mostLaunches).map((launch, index) =>
    readLaunch(launch, `launches[${index}]`, { scope, memories, programs }),
  )
  const extensions = readExtensions(all.extensions)
  return { sizes, equal, programs, buffers, outputs: shapes, launches, extensions }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Without the cause: a parser's message quotes the text.
    throw broken("its beginning", "it isn't JSON")
  }
}

function formatOf(json: unknown): unknown {
  return typeof json === "object" && json !== null && "format" in json ? json.format : undefined
}

const identifier = /^[A-Za-z_]\w*$/

function readSizes(value: unknown, inputs: readonly TensorSpec[]) {
  const names = new Set<string>()
  for (const { shape } of inputs) {
    for (const size of shape) if (typeof size === "string" && identifier.test(size)) names.add(size)
  }
  const scope: Scope = { ranks: new Map(inputs.map(({ name, shape }) => [name, shape.length])), names }
  const sizes = entriesOf(value, "sizes").map(([name, size], index) => {
    const place = `sizes, entry ${index}`
    if (!identifier.test(name) || names.has(name)) throw broken(place, "its name isn't one, or is taken")
    const parsed = parseSize(size, scope, place)
    names.add(name)
    return [name, parsed] as const
  })
  return { sizes, scope }
}

function readPair(value: unknown, place: string, scope: Scope): readonly [Size, Size] {
  const [first, second, ...others] = listOf(value, place, 2)
  if (second === undefined || others.length > 0) throw broken(place, "it is a pair of sizes")
  return [parseSize(first, scope, `${place}[0]`), parseSize(second, scope, `${place}[1]`)]
}

function readBuffers(value: unknown, scope: Scope): Map<string, BufferDescription> {
  const buffers = entriesOf(value, "buffers").map(([name, buffer], index): [string, BufferDescription] => {
    const place = `buffers, entry ${index}`
    const { file, byteLength } = membersOf(buffer, place, ["file", "byteLength"])
    if (file === undefined) return [name, { byteLength: parseSize(byteLength, scope, `${place}.byteLength`) }]
    if (byteLength !== undefined && typeof byteLength !== "number") {
      throw broken(`${place}.byteLength`, "a file has a fixed number of bytes")
    }
    return [name, { file: textOf(file, `${place}.file`), expected: byteLength }]
  })
  return new Map(buffers)
}

/** The manifest has the outputs' names and types: the description adds how their sizes come about. */
function readOutputs(value: unknown, outputs: readonly TensorSpec[], scope: Scope): Map<string, readonly Size[]> {
  const shapes = new Map<string, readonly Size[]>()
  for (const [index, output] of listOf(value, "outputs", outputs.length).entries()) {
    const place = `outputs[${index}]`
    const { name, type, shape } = membersOf(output, place, ["name", "type", "shape"])
    const spec = outputs.find((one) => one.name === name)
    if (spec === undefined || spec.type !== type || shapes.has(spec.name)) {
      throw broken(place, "the manifest has no such output: import and seal the bundle again")
    }
    const sizes = listOf(shape, `${place}.shape`, spec.shape.length)
    if (sizes.length !== spec.shape.length) throw broken(`${place}.shape`, "the manifest's has another rank")
    shapes.set(
      spec.name,
      sizes.map((size, at) => parseSize(size, scope, `${place}.shape[${at}]`)),
    )
  }
  if (shapes.size !== outputs.length) {
    throw broken("outputs", "the manifest has others: import and seal the bundle again")
  }
  return shapes
}

function readPrograms(value: unknown): Map<string, ProgramDescription> {
  const programs = entriesOf(value, "programs").map(([name, program], index) => {
    const place = `programs, entry ${index}`
    const { sources, options = "" } = membersOf(program, place, ["sources", "options"])
    const names = listOf(sources, `${place}.sources`).map((source, at) => textOf(source, `${place}.sources[${at}]`))
    if (names.length === 0) throw broken(`${place}.sources`, "there is none")
    return [name, { sources: names, options: textOf(options, `${place}.options`) }] as const
  })
  return new Map(programs)
}

const extensionForm = /^cl_[a-z0-9_]{1,60}$/

function readExtensions(value: unknown): readonly string[] {
  return listOf(value ?? [], "extensions").map((name, index) => {
    const place = `extensions[${index}]`
    const text = textOf(name, place)
    // It is repeated where a device lacks it.
    if (!extensionForm.test(text)) throw broken(place, "it isn't an extension's name, such as cl_khr_fp64")
    return text
  })
}

interface Names {
  readonly scope: Scope
  readonly memories: ReadonlySet<string>
  readonly programs: ReadonlyMap<string, ProgramDescription>
}

function readLaunch(value: unknown, place: string, { scope, memories, programs }: Names): Launch {
  const launch = membersOf(value, place, ["program", "kernel", "arguments", "global", "local"])
  const program = textOf(launch.program, `${place}.program`)
  if (!programs.has(program)) throw broken(`${place}.program`, "there is no such program")
  const sizesOf = (list: unknown, at: string) =>
    listOf(list, at, 3).map((size, index) => parseSize(size, scope, `${at}[${index}]`))
  const global = sizesOf(launch.global, `${place}.global`)
  const local = launch.local === undefined ? undefined : sizesOf(launch.local, `${place}.local`)
  if (global.length === 0) throw broken(`${place}.global`, "it has from one to three sizes")
  if (local !== undefined && local.length !== global.length) {
    throw broken(`${place}.local`, "it has as many sizes as the global one")
  }
  const given = listOf(launch.arguments, `${place}.arguments`).map((argument, index) =>
    readArgument(argument, `${place}.arguments[${index}]`, scope, memories),
  )
  return { program, kernel: textOf(launch.kernel, `${place}.kernel`), arguments: given, global, local, place }
}

function readArgument(value: unknown, place: string, scope: Scope, memories: ReadonlySet<string>): LaunchArgument {
  if (typeof value === "string") {
    if (!memories.has(value)) throw broken(place, "it names no input, output or buffer")
    return { memory: value }
  }
  const [entry, ...others] = entriesOf(value, place)
  if (entry === undefined || others.length > 0) throw broken(place, 'it is a name, or an object such as { "int": 3 }')
  const [type, given] = entry
  if (type === "local") return { local: parseSize(given, scope, place) }
  if (!isValueType(type)) throw broken(place, "OpenCL C has no such type of number or vector")
  const list = Array.isArray(given) ? given : [given]
  const { lanes } = partsOf(type)
  if (list.length !== lanes) throw broken(place, `${type} takes ${lanes}, and ${list.length} are there`)
  return {
    type,
    values: list.map((one) => (typeof one === "number" ? one : parseSize(one, scope, place))),
  }
}

/** A name for two memories would leave open which one a kernel gets. */
function distinct(names: readonly string[]): ReadonlySet<string> {
  const set = new Set(names)
  if (set.size < names.length) throw broken("buffers", "an input, output or buffer has another one's name")
  return set
}

type Members<Name extends string> = { readonly [name in Name]?: unknown }

/** An object with no other members than these: what is misspelt would be ignored. */
function membersOf<Name extends string>(value: unknown, place: string, names: readonly Name[]): Members<Name> {
  const entries = entriesOf(value, place || "its beginning")
  if (entries.some(([name]) => !names.some((known) => known === name))) {
    throw broken(place || "its beginning", `it has a member that isn't one of ${names.join(", ")}`)
  }
  return Object.fromEntries(entries) as Members<Name>
}

function entriesOf(value: unknown, place: string): [string, unknown][] {
  if (value === undefined) return []
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw broken(place, "it isn't an object")
  return Object.entries(value)
}

function listOf(value: unknown, place: string, most = mostMembers): readonly unknown[] {
  if (!Array.isArray(value)) throw broken(place, "it isn't a list")
  if (value.length > most) throw broken(place, `it has ${value.length} members, and at most ${most} are taken`)
  return value
}

function textOf(value: unknown, place: string): string {
  if (typeof value !== "string") throw broken(place, "it isn't a text")
  return value
}
