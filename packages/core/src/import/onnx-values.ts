import { StrongroomError } from "../errors.js"
import { limits } from "../format/limits.js"
import { onnxTypes } from "../onnx-types.js"
import type { ElementType, TensorSpec } from "../tensor.js"
import { fieldChecks, type Malformed, type ProtobufReader, type Range } from "./protobuf.js"

/** @throws StrongroomError `import-failed` always. */
export const malformed: Malformed = (problem) => {
  throw new StrongroomError("import-failed", `This isn't an ONNX model, or is a damaged one: ${problem}.`)
}

export const { bytesOf, onlyOne } = fieldChecks(malformed)

/** The types that a sealed model has a name for, by their numbers. */
export const elementTypes: ReadonlyMap<number, ElementType | "string"> = new Map(
  Object.entries(onnxTypes).map(([name, number]) => [number, name as ElementType | "string"]),
)

/** The others of TensorProto.DataType, as of IR version 13. */
const otherTypes: ReadonlyMap<number, string> = new Map([
  [14, "complex64"],
  [15, "complex128"],
  [17, "float8e4m3fn"],
  [18, "float8e4m3fnuz"],
  [19, "float8e5m2"],
  [20, "float8e5m2fnuz"],
  [23, "float4e2m1"],
  [24, "float8e8m0"],
  [25, "uint2"],
  [26, "int2"],
])

/** The members of TypeProto's `value` other than `tensor_type`. */
const otherValues: ReadonlyMap<number, string> = new Map([
  [4, "a sequence"],
  [5, "a map"],
  [7, "opaque"],
  [8, "a sparse tensor"],
  [9, "an optional value"],
])

/** ValueInfoProto's `name` (field 1), and where its `type` (field 2) lies. */
export interface Value {
  readonly name: string
  readonly type: Range | undefined
}

export async function readValue(reader: ProtobufReader, range: Range): Promise<Value> {
  let name = ""
  let type: Range | undefined
  await reader.walk(range, async (field) => {
    if (field.number === 1) name = await reader.text(field, limits.mostName)
    if (field.number === 2) type = onlyOne(type, field)
  })
  return { name, type }
}

/**
 * What the model says of an input or output. `place` says which in messages: names are the publisher's secret.
 *
 * @throws StrongroomError `import-failed` for what isn't a tensor of a known type with a known number of dimensions.
 */
export async function readTensorSpec(reader: ProtobufReader, value: Value, place: string): Promise<TensorSpec> {
  const refused = (problem: string) => new StrongroomError("import-failed", `${place} of this ONNX model ${problem}.`)
  const untyped = () => refused("has no type. Infer the model's shapes (onnx.shape_inference), then import it")
  if (value.type === undefined) throw untyped()
  const found: { tensor?: Range; shape?: Range; dataType: number } = { dataType: 0 }
  await reader.walk(value.type, (field) => {
    const other = otherValues.get(field.number)
    if (other !== undefined) {
      throw refused(`is ${other}. Only models whose inputs and outputs are tensors can be sealed`)
    }
    if (field.number === 1) found.tensor = onlyOne(found.tensor, field)
    return undefined
  })
  if (found.tensor === undefined) throw untyped()
  // TypeProto.Tensor: elem_type = 1, shape = 2.
  await reader.walk(found.tensor, (field) => {
    if (field.number === 1) found.dataType = field.value
    if (field.number === 2) found.shape = onlyOne(found.shape, field)
    return undefined
  })
  const type = elementTypes.get(found.dataType)
  if (type === undefined) {
    const words = otherTypes.get(found.dataType) ?? `number ${found.dataType}`
    throw refused(`has the element type ${words}, which sealed models don't have. Cast it in the model`)
  }
  if (found.shape === undefined) {
    throw refused("has no shape, not even a number of dimensions. Infer the model's shapes (onnx.shape_inference)")
  }
  return { name: value.name, type, shape: await readShape(reader, found.shape) }
}

/** TensorShapeProto: dim = 1. */
async function readShape(reader: ProtobufReader, range: Range): Promise<(number | string)[]> {
  const shape: (number | string)[] = []
  await reader.walk(range, async (field) => {
    if (field.number !== 1) return
    if (shape.length === limits.mostRank) malformed(`a tensor has more than ${limits.mostRank} dimensions`)
    shape.push(await readDimension(reader, bytesOf(field)))
  })
  return shape
}

/** TensorShapeProto.Dimension: dim_value = 1, dim_param = 2, of which the last one given counts. */
async function readDimension(reader: ProtobufReader, range: Range): Promise<number | string> {
  let size: number | string = "?"
  await reader.walk(range, async (field) => {
    // Some exporters write -1 for a size that isn't known.
    if (field.number === 1) size = field.value < 0 ? "?" : field.value
    if (field.number === 2) size = (await reader.text(field, limits.mostName)) || "?"
  })
  if (typeof size === "number" && !Number.isSafeInteger(size)) malformed("a size is above 2^53")
  return size
}
