import { elementCount, tensorByteLength } from "@strongroom/core/host"
import { limits } from "./limits.js"
import { malformed } from "./malformed.js"
import { type Budget, onlyOne, walk } from "./message.js"
import type { OnnxTensor } from "./model.js"
import { type NamedTensor, readDims, readTensor } from "./read-tensor.js"

/**
 * SparseTensorProto: values = 1, whose name is the whole's, indices = 2, dims = 3. Made dense: no kernel takes sparse
 * tensors, and few models have any.
 */
export function readSparseTensor(message: Uint8Array, budget: Budget): NamedTensor {
  let valuesMessage: Uint8Array | undefined
  let indicesMessage: Uint8Array | undefined
  const dims: Uint8Array[] = []
  walk(message, budget, (field) => {
    if (field.number === 1) valuesMessage = onlyOne(valuesMessage, field)
    if (field.number === 2) indicesMessage = onlyOne(indicesMessage, field)
    if (field.number === 3) dims.push(field.elements())
  })
  if (!valuesMessage || !indicesMessage) throw malformed("a sparse tensor has no values, or no indices")
  const { name, tensor: values } = readTensor(valuesMessage, budget)
  const { tensor: indices } = readTensor(indicesMessage, budget)
  return { name, tensor: dense(values, indices, readDims(dims, budget), budget) }
}

function dense(values: OnnxTensor, indices: OnnxTensor, shape: readonly number[], budget: Budget): OnnxTensor {
  const { type, data } = values
  if (type === "string" || type === "other" || type === "int4" || type === "uint4" || !("bytes" in data)) {
    throw malformed("a sparse tensor's values are in another file, or of a type that can't be made dense")
  }
  const byteLength = tensorByteLength(type, shape)
  budget.densified += byteLength
  if (budget.densified > limits.mostDensified) {
    throw malformed(`its sparse tensors take more than ${limits.mostDensified} bytes when they are made dense`)
  }
  const size = tensorByteLength(type, [1])
  const bytes = new Uint8Array(byteLength)
  for (const [from, to] of places(indices, elementCount(values.shape), shape).entries()) {
    bytes.set(data.bytes.subarray(from * size, (from + 1) * size), to * size)
  }
  return { type, shape, data: { bytes } }
}

/** Where each value goes, as a number of elements: indices are that number, or one for each dimension. */
function places({ type, shape, data }: OnnxTensor, count: number, dims: readonly number[]): readonly number[] {
  const perDimension = shape.length === 2
  if (type !== "int64" || !("bytes" in data) || shape[0] !== count || shape.length > 2 || shape.length < 1) {
    throw malformed("a sparse tensor's indices aren't as many int64 as it has values")
  }
  if (perDimension && shape[1] !== dims.length) throw malformed("a sparse tensor's indices are for another rank")
  const sizes = perDimension ? dims : [elementCount(dims)]
  const view = new DataView(data.bytes.buffer, data.bytes.byteOffset, data.bytes.byteLength)
  return Array.from({ length: count }, (_, row) =>
    sizes.reduce((place, size, column) => {
      const index = Number(view.getBigInt64((row * sizes.length + column) * 8, true))
      if (index < 0 || index >= size) throw malformed("a sparse tensor's index is outside of it")
      return place * size + index
    }, 0),
  )
}
