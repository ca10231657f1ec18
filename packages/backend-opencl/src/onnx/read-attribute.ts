import { malformed } from "./malformed.js"
import { type Budget, spendFields, spendObject, utf8OrNone, walk } from "./message.js"
import type { OnnxAttribute } from "./model.js"
// biome-ignore lint/suspicious/noImportCycles: attributes hold graphs, whose nodes have attributes
import { type GraphPlace, readGraph } from "./read-graph.js"
import { readSparseTensor } from "./read-sparse-tensor.js"
import { readTensor } from "./read-tensor.js"
import { decodeInt64s, joined } from "./typed-data.js"

/** What an AttributeProto says, as it says it. */
interface Written {
  name: string
  /** AttributeProto.AttributeType, the number; 0 before IR version 2. */
  type: number
  reference: string
  float: number
  int: bigint
  /** By field: the messages or bytes that it holds. */
  readonly bytes: Map<number, Uint8Array[]>
  /** The fields that hold a value, of which there is one kind. */
  readonly found: Set<number>
}

/**
 * AttributeProto: name = 1, f = 2, i = 3, s = 4, t = 5, g = 6, floats = 7, ints = 8, strings = 9, tensors = 10,
 * graphs = 11, tp = 14, type_protos = 15, type = 20, ref_attr_name = 21, sparse_tensor = 22, sparse_tensors = 23.
 */
export function readAttribute(
  message: Uint8Array,
  budget: Budget,
  place: GraphPlace,
): readonly [name: string, attribute: OnnxAttribute] {
  spendObject(budget)
  const written: Written = { name: "", type: 0, reference: "", float: 0, int: 0n, bytes: new Map(), found: new Set() }
  walk(message, budget, (field) => {
    const { number } = field
    switch (number) {
      case 1:
        written.name = field.text()
        break
      case 20:
        written.type = Number(field.int())
        break
      case 21:
        written.reference = field.text()
        break
      case 2:
        written.float = field.float()
        written.found.add(number)
        break
      case 3:
        written.int = field.int()
        written.found.add(number)
        break
      case 4:
        // The last one counts, as of every scalar.
        written.bytes.set(number, [field.bytes()])
        written.found.add(number)
        break
      case 7:
      case 8:
        add(written, number, field.elements())
        break
      case 5:
      case 6:
      case 9:
      case 10:
      case 11:
      case 14:
      case 15:
      case 22:
      case 23:
        add(written, number, field.bytes())
        break
    }
  })
  if (written.name === "") throw malformed("an attribute has no name")
  return [written.name, readContent(written, budget, place)]
}

function add({ bytes, found }: Written, number: number, piece: Uint8Array): void {
  const before = bytes.get(number)
  if (before) before.push(piece)
  else bytes.set(number, [piece])
  found.add(number)
}

/** Which field has the value of which AttributeType. FLOAT = 1, INT = 2, and on as below. */
const fieldOf: readonly number[] = [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 22, 23, 14, 15]

function readContent(written: Written, budget: Budget, place: GraphPlace): OnnxAttribute {
  const { found, bytes, reference } = written
  if (found.size > 1) throw malformed("an attribute has two values")
  const [only] = found
  // The field tells, too: IR version 1 has no type.
  const field = written.type === 0 ? only : fieldOf[written.type]
  if (field === undefined || (only !== undefined && only !== field)) {
    throw malformed("an attribute has no type or value, or a value that isn't of its type")
  }
  if (reference !== "") {
    if (!place.inFunction || only !== undefined) throw malformed("an attribute refers to one that can't be there")
    return { kind: "reference", value: reference }
  }
  const pieces = bytes.get(field) ?? []
  switch (field) {
    case 2:
      return { kind: "float", value: written.float }
    case 3:
      return { kind: "int", value: written.int }
    case 4:
      return text(pieces[0] ?? new Uint8Array())
    case 5:
      return { kind: "tensor", value: readTensor(single(pieces), budget).tensor }
    case 22:
      return { kind: "tensor", value: readSparseTensor(single(pieces), budget).tensor }
    case 6:
      return { kind: "graph", value: readGraph(single(pieces), budget, { ...place, depth: place.depth + 1 }) }
    case 11:
      return {
        kind: "graphs",
        value: pieces.map((piece) => readGraph(piece, budget, { ...place, depth: place.depth + 1 })),
      }
    case 7:
      return { kind: "floats", value: readFloats(joined(pieces), budget) }
    case 8:
      return { kind: "ints", value: readInts(joined(pieces), budget) }
    case 9:
      return texts(pieces)
    default:
      return { kind: "other" }
  }
}

function single([message, ...others]: readonly Uint8Array[]): Uint8Array {
  if (message === undefined || others.length > 0)
    throw malformed("an attribute's tensor or graph is missing or there twice")
  return message
}

/** `s` is bytes, and some domains of their own keep other than texts there. */
function text(bytes: Uint8Array): OnnxAttribute {
  const value = utf8OrNone(bytes)
  return value === undefined ? { kind: "other" } : { kind: "string", value }
}

function texts(pieces: readonly Uint8Array[]): OnnxAttribute {
  const value = pieces.map(utf8OrNone).filter((text) => text !== undefined)
  return value.length < pieces.length ? { kind: "other" } : { kind: "strings", value }
}

function readFloats(encoded: Uint8Array, budget: Budget): readonly number[] {
  if (encoded.length % 4 !== 0) throw malformed("a list of floats is cut off")
  spendFields(budget, encoded.length / 4)
  const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.byteLength)
  return Array.from({ length: encoded.length / 4 }, (_, index) => view.getFloat32(index * 4, true))
}

function readInts(encoded: Uint8Array, budget: Budget): readonly bigint[] {
  // As many at most, known before any is made.
  spendFields(budget, encoded.length)
  return decodeInt64s(encoded)
}
