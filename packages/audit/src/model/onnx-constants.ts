import { hashedLength, type Piece, windowLength } from "./windows.js"

/** A field of a protocol buffer's message (protobuf.dev, encoding): its number, and for bytes where they are. */
interface Field {
  readonly number: number
  readonly start: number
  readonly end: number
}

/** Where constants are that are too short for a window, and what may be around them: numbers of fields in onnx.proto. */
const paths = {
  // ModelProto.graph
  model: { 7: "graph" },
  // GraphProto: node = 1, initializer = 5
  graph: { 1: "node", 5: "tensor" },
  // NodeProto.attribute
  node: { 5: "attribute" },
  // AttributeProto: t = 5, g = 6, tensors = 10, graphs = 11
  attribute: { 5: "tensor", 6: "graph", 10: "tensor", 11: "graph" },
  // TensorProto: float_data = 4, raw_data = 9
  tensor: { 4: "data", 9: "data" },
} as const

type Message = keyof typeof paths

/**
 * The tensors of an ONNX model with 16 to 63 bytes: biases, scales, means. None for anything else: whatever doesn't parse
 * is left out.
 */
export function shortConstantsOf(bytes: Uint8Array): Piece[] {
  const found: Piece[] = []
  const walk = (message: Message, start: number, end: number) => {
    const inner: { readonly [number: number]: Message | "data" } = paths[message]
    for (const field of fieldsOf(bytes, start, end)) {
      const kind = inner[field.number]
      if (kind === undefined) continue
      if (kind !== "data") walk(kind, field.start, field.end)
      else if (field.end - field.start >= hashedLength && field.end - field.start < windowLength)
        found.push({ start: field.start, length: field.end - field.start })
    }
  }
  walk("model", 0, bytes.length)
  return found
}

/** Fields with a length; others are passed over, and what isn't a message ends it. */
function* fieldsOf(bytes: Uint8Array, start: number, end: number): Generator<Field> {
  let at = start
  const number = () => {
    let value = 0
    for (let scale = 1; at < end && scale < 2 ** 56; scale *= 128) {
      const byte = bytes[at++] as number
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
    return Number.NaN
  }
  while (at < end) {
    const key = number()
    const kind = key % 8
    if (kind === 0) number()
    else if (kind === 1) at += 8
    else if (kind === 5) at += 4
    else if (kind === 2) {
      const length = number()
      if (!(length <= end - at)) return
      yield { number: Math.floor(key / 8), start: at, end: at + length }
      at += length
    } else return
  }
}
