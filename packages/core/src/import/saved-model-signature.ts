import { StrongroomError } from "../errors.js"
import { limits } from "../format/limits.js"
import type { TensorSpec } from "../tensor.js"
import type { ProtobufReader, Range } from "./protobuf.js"
import { bytesOf, notSavedModel, onlyOne, readEntry } from "./saved-model-graphs.js"

/** An input or output of a signature: named by its key there. */
export interface SignatureTensor extends TensorSpec {
  /** Its tensor in the graph: `serving_default_x:0`. */
  readonly tensor: string
}

/** TensorFlow's DataType (types.proto) of those types that a sealed model has a name for. */
const types: ReadonlyMap<number, TensorSpec["type"]> = new Map([
  [1, "float32"],
  [2, "float64"],
  [3, "int32"],
  [4, "uint8"],
  [5, "int16"],
  [6, "int8"],
  [7, "string"],
  [9, "int64"],
  [10, "bool"],
  [14, "bfloat16"],
  [17, "uint16"],
  [19, "float16"],
  [22, "uint32"],
  [23, "uint64"],
  [29, "int4"],
  [30, "uint4"],
])

/** SignatureDef: inputs = 1, outputs = 2, maps of TensorInfo. */
export async function readSignature(
  reader: ProtobufReader,
  range: Range,
): Promise<{ readonly inputs: readonly SignatureTensor[]; readonly outputs: readonly SignatureTensor[] }> {
  const inputs: SignatureTensor[] = []
  const outputs: SignatureTensor[] = []
  await reader.walk(range, async (field) => {
    if (field.number !== 1 && field.number !== 2) return
    const [to, what] = field.number === 1 ? [inputs, "Input"] : [outputs, "Output"]
    if (to.length === limits.mostTensors) notSavedModel("its signature has too many tensors")
    const { key, value } = await readEntry(reader, bytesOf(field))
    to.push(await readTensorInfo(reader, value, key, `${what} ${to.length + 1}`))
  })
  return { inputs, outputs }
}

/** TensorInfo: name = 1, dtype = 2, tensor_shape = 3; coo_sparse = 4 and composite_tensor = 5 in the place of a name. */
async function readTensorInfo(
  reader: ProtobufReader,
  range: Range,
  name: string,
  place: string,
): Promise<SignatureTensor> {
  const refused = (problem: string) =>
    new StrongroomError("import-failed", `${place} of this SavedModel's signature ${problem}.`)
  const found: { tensor: string; dataType: number; shape?: Range } = { tensor: "", dataType: 0 }
  await reader.walk(range, async (field) => {
    if (field.number === 1) found.tensor = await reader.text(field, limits.mostName)
    if (field.number === 2) found.dataType = field.value
    if (field.number === 3) found.shape = onlyOne(found.shape, field)
    if (field.number === 4 || field.number === 5)
      throw refused("is sparse, ragged or of several tensors: make it dense")
  })
  if (found.tensor === "") throw refused("has no tensor")
  const type = types.get(found.dataType)
  if (type === undefined) throw refused("has an element type that sealed models don't have: cast it in the signature")
  // Without the message a tensor has the shape [].
  const shape = found.shape === undefined ? [] : await readShape(reader, found.shape)
  if (shape === undefined) {
    throw refused("has no known number of dimensions: give the signature a TensorSpec with a shape")
  }
  return { name, type, shape, tensor: found.tensor }
}

/** TensorShapeProto: dim = 2 (size = 1, -1 where it isn't known), unknown_rank = 3. Names of dimensions bind nothing. */
async function readShape(reader: ProtobufReader, range: Range): Promise<(number | string)[] | undefined> {
  const shape: (number | string)[] = []
  let isUnknown = false
  await reader.walk(range, (field) => {
    if (field.number === 3) isUnknown = field.value !== 0
    if (field.number !== 2) return undefined
    if (shape.length === limits.mostRank) notSavedModel(`a tensor has more than ${limits.mostRank} dimensions`)
    let size = 0
    return reader
      .walk(bytesOf(field), (inner) => {
        if (inner.number === 1) size = inner.value
        return undefined
      })
      .then(() => {
        if (!Number.isSafeInteger(size) || size < -1) notSavedModel("a size in a shape isn't one")
        shape.push(size === -1 ? "?" : size)
      })
  })
  return isUnknown ? undefined : shape
}
