/** Protobuf's wire format and the messages of onnx.proto that the importer's tests need. */
import { concat, utf8 } from "../src/bytes.js"

/** A varint of int64. */
export function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value))
  const bytes: number[] = []
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0))
    rest >>= 7n
  } while (rest > 0n)
  return Uint8Array.from(bytes)
}

export const tag = (number: number, wire: number) => varint(number * 8 + wire)

/** A field of a number. */
export const int = (number: number, value: number | bigint) => concat(tag(number, 0), varint(value))

/** A field of bytes: a message, a text, or packed numbers. */
export function bytes(number: number, ...contents: readonly (Uint8Array | string)[]): Uint8Array {
  const content = concat(...contents.map((piece) => (typeof piece === "string" ? utf8(piece) : piece)))
  return concat(tag(number, 2), varint(content.length), content)
}

export const opset = bytes(8, bytes(1, ""), int(2, 17))

/** ModelProto of this graph; `more` are further fields of it. */
export const model = (graph: readonly Uint8Array[], ...more: readonly Uint8Array[]) =>
  concat(int(1, 8), bytes(2, "test"), opset, bytes(7, ...graph), ...more)

export type Dimension = number | string | undefined

export const dimension = (size: Dimension) =>
  bytes(1, size === undefined ? "" : typeof size === "number" ? int(1, size) : bytes(2, size))

/** ValueInfoProto of a tensor, to be field 11 (input) or 12 (output) of a graph. */
export const value = (field: 11 | 12, name: string, type: number, shape?: readonly Dimension[]) =>
  bytes(
    field,
    bytes(1, name),
    bytes(2, bytes(1, int(1, type), ...(shape === undefined ? [] : [bytes(2, ...shape.map(dimension))]))),
  )

export interface ExternalTensor {
  readonly location: string
  readonly offset?: number | string
  readonly length?: number | string
  readonly dims?: readonly number[]
  readonly type?: number
}

/** The fields of a TensorProto, by default float32 of four elements, whose data is in another file. */
export function externalTensor(name: string, { location, offset, length, dims = [4], type = 1 }: ExternalTensor) {
  const entry = (key: string, text: string | number | undefined) =>
    text === undefined ? new Uint8Array(0) : bytes(13, bytes(1, key), bytes(2, String(text)))
  return concat(
    ...dims.map((size) => int(1, size)),
    int(2, type),
    bytes(8, name),
    entry("location", location),
    entry("offset", offset),
    entry("length", length),
    int(14, 1),
  )
}

/** The fields of a float32 TensorProto that holds its data itself. */
export const tensor = (name: string, dims: readonly number[], raw: Uint8Array) =>
  concat(bytes(1, ...dims.map(varint)), int(2, 1), bytes(8, name), bytes(9, raw))

/** NodeProto, as field 1 of a graph. */
export const node = (operator: string, inputs: readonly string[], outputs: readonly string[], ...more: Uint8Array[]) =>
  bytes(
    1,
    ...inputs.map((name) => bytes(1, name)),
    ...outputs.map((name) => bytes(2, name)),
    bytes(4, operator),
    ...more,
  )

/** What `make` gives for 0, 1, 2 and so on, one after the other; too many for an argument list. */
export function many(count: number, make: (index: number) => Uint8Array): Uint8Array {
  return Uint8Array.from(Array.from({ length: count }, (_, index) => Array.from(make(index))).flat())
}

/** The simplest whole model: y = x + w, with `more` fields in its graph. */
export const adder = (...more: readonly Uint8Array[]) =>
  model([node("Add", ["x", "w"], ["y"]), ...more, value(11, "x", 1, ["batch", 4]), value(12, "y", 1, ["batch", 4])])
