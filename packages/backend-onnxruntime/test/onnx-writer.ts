/** Just enough of onnx.proto to write the models of these tests. Shapes are one dimension for each size given. */
export interface OnnxToWrite {
  readonly nodes: readonly {
    readonly op: string
    readonly inputs: readonly string[]
    readonly outputs: readonly string[]
  }[]
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  readonly weights?: readonly Weight[]
  readonly operatorSet?: number
}

interface Value {
  readonly name: string
  readonly type: keyof typeof dataTypes
  /** A text names a size known only at run time. */
  readonly shape: readonly (number | string)[]
}

export interface Weight {
  readonly name: string
  readonly type: keyof typeof dataTypes
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
  /** The file that holds it, and where. Default: in the model itself. */
  readonly external?: { readonly location: string; readonly offset: number }
}

/** TensorProto.DataType. */
const dataTypes = { float32: 1, int16: 5, int64: 7 } as const

/** ModelProto: ir_version = 1, graph = 7, opset_import = 8. */
export function onnxModel({ nodes, inputs, outputs, weights = [], operatorSet = 17 }: OnnxToWrite): Uint8Array {
  const graph = Buffer.concat([
    ...nodes.map(({ op, inputs, outputs }) =>
      field(
        1,
        Buffer.concat([
          ...inputs.map((name) => field(1, name)),
          ...outputs.map((name) => field(2, name)),
          field(4, op),
        ]),
      ),
    ),
    field(2, "test"),
    ...weights.map((weight) => field(5, tensorProto(weight))),
    ...inputs.map((value) => field(11, valueInfo(value))),
    ...outputs.map((value) => field(12, valueInfo(value))),
  ])
  return Buffer.concat([field(1, 8), field(7, graph), field(8, field(2, operatorSet))])
}

/** TensorProto: dims = 1, data_type = 2, name = 8, raw_data = 9, external_data = 13, data_location = 14. */
function tensorProto({ name, type, shape, bytes, external }: Weight): Uint8Array {
  const place = external && { location: external.location, offset: external.offset, length: bytes.byteLength }
  return Buffer.concat([
    ...shape.map((size) => field(1, size)),
    field(2, dataTypes[type]),
    field(8, name),
    ...(place === undefined
      ? [field(9, bytes)]
      : [
          ...Object.entries(place).map(([key, value]) =>
            field(13, Buffer.concat([field(1, key), field(2, String(value))])),
          ),
          field(14, 1),
        ]),
  ])
}

/** ValueInfoProto: name = 1, type = 2; tensor_type = 1: elem_type = 1, shape = 2: dim = 1: dim_value = 1, dim_param = 2. */
function valueInfo({ name, type, shape }: Value): Uint8Array {
  const dimensions = shape.map((size) => field(1, field(typeof size === "number" ? 1 : 2, size)))
  const tensor = Buffer.concat([field(1, dataTypes[type]), field(2, Buffer.concat(dimensions))])
  return Buffer.concat([field(1, name), field(2, field(1, tensor))])
}

/** A field with its tag: numbers as varints, all else with its length. */
function field(number: number, value: number | string | Uint8Array): Uint8Array {
  if (typeof value === "number") return Buffer.concat([varint(number << 3), varint(value)])
  const bytes = typeof value === "string" ? Buffer.from(value) : value
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes])
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let left = value
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) | 128)
  return Uint8Array.of(...bytes, left)
}
