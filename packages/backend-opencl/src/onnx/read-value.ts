import { typeOf } from "./data-types.js"
import { limits } from "./limits.js"
import { malformed } from "./malformed.js"
import { type Budget, onlyOne, spendObject, walk } from "./message.js"
import type { OnnxValue } from "./model.js"

/** ValueInfoProto: name = 1, type = 2. */
export function readValue(message: Uint8Array, budget: Budget): OnnxValue {
  spendObject(budget)
  let name = ""
  let type: Uint8Array | undefined
  walk(message, budget, (field) => {
    if (field.number === 1) name = field.text()
    if (field.number === 2) type = onlyOne(type, field)
  })
  if (name === "") throw malformed("an input or output has no name")
  return { name, ...(type ? readType(type, budget) : untyped) }
}

const untyped = { type: undefined, shape: undefined }

/** TypeProto: tensor_type = 1; the others are sequences and the like. */
function readType(message: Uint8Array, budget: Budget): Omit<OnnxValue, "name"> {
  let tensor: Uint8Array | undefined
  walk(message, budget, (field) => {
    if (field.number === 1) tensor = onlyOne(tensor, field)
  })
  return tensor ? readTensorType(tensor, budget) : untyped
}

/** TypeProto.Tensor: elem_type = 1, shape = 2. */
function readTensorType(message: Uint8Array, budget: Budget): Omit<OnnxValue, "name"> {
  let dataType = 0n
  let shape: Uint8Array | undefined
  walk(message, budget, (field) => {
    if (field.number === 1) dataType = field.int()
    if (field.number === 2) shape = onlyOne(shape, field)
  })
  return { type: typeOf(dataType), shape: shape && readShape(shape, budget) }
}

/** TensorShapeProto: dim = 1. */
function readShape(message: Uint8Array, budget: Budget): (number | undefined)[] {
  const shape: (number | undefined)[] = []
  walk(message, budget, (field) => {
    if (field.number === 1) shape.push(readDimension(field.bytes(), budget))
  })
  if (shape.length > limits.mostRank) throw malformed(`a shape has more than ${limits.mostRank} dimensions`)
  return shape
}

/** TensorShapeProto.Dimension: dim_value = 1, dim_param = 2, of which the last one given counts. */
function readDimension(message: Uint8Array, budget: Budget): number | undefined {
  let size: number | undefined
  walk(message, budget, (field) => {
    if (field.number === 1) size = Number(field.int())
    if (field.number === 2) {
      field.text()
      size = undefined
    }
  })
  // Some exporters write -1 for a size that isn't known.
  if (size === undefined || size < 0) return undefined
  if (!Number.isSafeInteger(size)) throw malformed("a size is above 2^53")
  return size
}
