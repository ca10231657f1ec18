/** A constant of an ONNX model, as its raw bytes. */
export interface Constant {
  readonly name: string
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

interface Field {
  readonly number: number
  /** Of a field with a length its bytes; of a varint its value. */
  readonly bytes: Uint8Array
  readonly value: number
}

/** Constants of float32 in the nodes of an ONNX model, as Paddle's converter writes them (onnx.proto). */
export function constantsOf(model: Uint8Array): Constant[] {
  // ModelProto.graph = 7, GraphProto.node = 1, NodeProto.attribute = 5, AttributeProto.t = 5
  const tensors = [7, 1, 5, 5].reduce<Uint8Array[]>(
    (messages, number) =>
      messages.flatMap((message) => fieldsOf(message).flatMap((field) => (field.number === number ? field.bytes : []))),
    [model],
  )
  return tensors.flatMap((tensor) => {
    // TensorProto: dims = 1, data_type = 2 (1 is FLOAT), name = 8, raw_data = 9
    const fields = fieldsOf(tensor)
    const data = fields.find(({ number }) => number === 9)?.bytes
    if (data === undefined || fields.find(({ number }) => number === 2)?.value !== 1) return []
    const name = fields.find(({ number }) => number === 8)?.bytes ?? new Uint8Array(0)
    const shape = fields.flatMap(({ number, value }) => (number === 1 ? value : []))
    return { name: Buffer.from(name).toString(), shape, bytes: data }
  })
}

function fieldsOf(message: Uint8Array): Field[] {
  const fields: Field[] = []
  let at = 0
  const varint = () => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++] ?? 0
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }
  while (at < message.length) {
    const key = varint()
    const kind = key & 7
    const value = kind === 0 || kind === 2 ? varint() : 0
    const length = kind === 2 ? value : kind === 1 ? 8 : kind === 5 ? 4 : 0
    fields.push({ number: key >>> 3, bytes: message.subarray(at, at + length), value })
    at += length
  }
  return fields
}
