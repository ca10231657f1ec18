import { limits } from "../format/limits.js"
import { bytesOf, malformed } from "./onnx-values.js"
import type { ProtobufReader, Range } from "./protobuf.js"

/** What a tensor says of its data in another file. */
export interface ExternalData {
  readonly location: string
  /** One past the last byte that the tensor takes of that file. */
  readonly end: number
}

/** What {@link walkGraph} finds. */
export interface TensorVisitor {
  /** Every tensor of the graph and of the graphs within it whose data is in another file. */
  external(data: ExternalData): void
  /** Every initialiser of the outermost graph that has a name. */
  initializer(name: string): void
}

// protobuf's own parsers stop at 100 nested messages; a graph within a graph takes three.
const deepestGraph = 32

/** TensorProto.DataType: bits an element. The types that aren't here have no fixed size. */
const bits: ReadonlyMap<number, number> = new Map(
  (
    [
      [4, [21, 22, 23]],
      [2, [25, 26]],
      [8, [2, 3, 9, 17, 18, 19, 20, 24]],
      [16, [4, 5, 10, 16]],
      [32, [1, 6, 12]],
      [64, [7, 11, 13, 14]],
      [128, [15]],
    ] as const
  ).flatMap(([size, types]) => types.map((type) => [type, size] as const)),
)

/** GraphProto: node = 1, initializer = 5, sparse_initializer = 15. */
export async function walkGraph(
  reader: ProtobufReader,
  range: Range,
  visitor: TensorVisitor,
  depth = 0,
): Promise<void> {
  if (depth === deepestGraph) malformed(`its graphs are nested more than ${deepestGraph} deep`)
  const named = (name: string) => {
    if (depth === 0) visitor.initializer(name)
  }
  await reader.walk(range, (field) => {
    if (field.number === 1) return walkNode(reader, bytesOf(field), visitor, depth)
    if (field.number === 5) return walkTensor(reader, bytesOf(field), visitor, named)
    if (field.number === 15) return walkSparseTensor(reader, bytesOf(field), visitor, named)
    return undefined
  })
}

/** NodeProto: attribute = 5. */
export async function walkNode(
  reader: ProtobufReader,
  range: Range,
  visitor: TensorVisitor,
  depth: number,
): Promise<void> {
  await reader.walk(range, (field) =>
    field.number === 5 ? walkAttribute(reader, bytesOf(field), visitor, depth) : undefined,
  )
}

/** AttributeProto: t = 5, g = 6, tensors = 10, graphs = 11, sparse_tensor = 22, sparse_tensors = 23. */
export async function walkAttribute(
  reader: ProtobufReader,
  range: Range,
  visitor: TensorVisitor,
  depth: number,
): Promise<void> {
  await reader.walk(range, (field) => {
    switch (field.number) {
      case 5:
      case 10:
        return walkTensor(reader, bytesOf(field), visitor)
      case 6:
      case 11:
        return walkGraph(reader, bytesOf(field), visitor, depth + 1)
      case 22:
      case 23:
        return walkSparseTensor(reader, bytesOf(field), visitor)
      default:
        return undefined
    }
  })
}

/** SparseTensorProto: values = 1 (its name is the whole's), indices = 2. */
async function walkSparseTensor(
  reader: ProtobufReader,
  range: Range,
  visitor: TensorVisitor,
  named?: (name: string) => void,
): Promise<void> {
  await reader.walk(range, (field) => {
    if (field.number === 1) return walkTensor(reader, bytesOf(field), visitor, named)
    if (field.number === 2) return walkTensor(reader, bytesOf(field), visitor)
    return undefined
  })
}

/** TensorProto: dims = 1, data_type = 2, name = 8, external_data = 13, data_location = 14 (1 is EXTERNAL). */
async function walkTensor(
  reader: ProtobufReader,
  range: Range,
  visitor: TensorVisitor,
  named?: (name: string) => void,
): Promise<void> {
  const dims: number[] = []
  const entries: Range[] = []
  let dataType = 0
  let isExternal = false
  await reader.walk(range, (field) => {
    switch (field.number) {
      case 1:
        return reader.varints(field, limits.mostRank).then((values) => {
          dims.push(...values)
          if (dims.length > limits.mostRank) malformed(`a tensor has more than ${limits.mostRank} dimensions`)
        })
      case 2:
        dataType = field.value
        return undefined
      case 8:
        // No input has a name that is longer.
        if (named === undefined || field.end - field.start > limits.mostName) return undefined
        return reader.text(field, limits.mostName).then(named)
      case 13:
        entries.push(bytesOf(field))
        if (entries.length > 64) malformed("a tensor says too much of its file")
        return undefined
      case 14:
        isExternal = field.value === 1
        return undefined
      default:
        return undefined
    }
  })
  if (isExternal) visitor.external(await readExternalData(reader, entries, dataByteLength(dataType, dims)))
}

/** The keys `location`, `offset` and `length` of TensorProto.external_data: StringStringEntryProto, key = 1, value = 2. */
async function readExternalData(
  reader: ProtobufReader,
  entries: readonly Range[],
  byteLength: number,
): Promise<ExternalData> {
  const found = new Map<string, string>()
  for (const entry of entries) {
    let key = ""
    let value = ""
    await reader.walk(entry, async (field) => {
      if (field.number === 1) key = await reader.text(field, limits.mostName)
      if (field.number === 2) value = await reader.text(field, limits.mostName)
    })
    found.set(key, value)
  }
  const location = found.get("location") ?? ""
  if (location === "") malformed("a tensor's data is in another file, but it doesn't say in which")
  const offset = decimal(found.get("offset") ?? "0")
  const length = found.has("length") ? decimal(found.get("length") as string) : byteLength
  if (length < byteLength) malformed("a tensor's data in another file is shorter than the tensor")
  return { location, end: offset + length }
}

function decimal(text: string): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value)) malformed("the place of a tensor's data in another file isn't a number")
  return value
}

function dataByteLength(dataType: number, dims: readonly number[]): number {
  const size = bits.get(dataType)
  if (size === undefined) malformed("a tensor of strings, or of no known type, has its data in another file")
  const count = dims.reduce((product, dim) => product * dim, 1)
  if (dims.some((dim) => dim < 0) || !Number.isSafeInteger(count)) malformed("a tensor's shape isn't one")
  return Math.ceil((count * (size as number)) / 8)
}
