import type { RawTensor } from "../backend.js"
import { isElementType, isTensorData, layouts, type TypedArray, viewElements } from "../element-type.js"
import type { Tensor } from "../tensor.js"

/**
 * A tensor's bytes, not copied. What is not in a TypeScript type is checked; whether type, shape and length fit the
 * model is not this function's business.
 *
 * @throws TypeError for a value that isn't a tensor, or whose data isn't the array of its type.
 */
export function toRaw(tensor: Tensor): RawTensor {
  if (typeof tensor !== "object" || tensor === null || !("type" in tensor)) {
    throw new TypeError("An input is a tensor, as tensor(type, shape, data) makes it.")
  }
  const { type, shape, data } = tensor
  if (!isElementType(type)) throw new TypeError(`Not an element type: ${String(type)}.`)
  if (!isTensorData(type, data)) {
    const expected = type === "string" ? "an array of strings" : `a ${layouts[type].array.name}`
    throw new TypeError(`A ${type} tensor's data is ${expected}: see tensor().`)
  }
  if (type === "string") return { type, shape, data: data as readonly string[] }
  const { buffer, byteOffset, byteLength } = data as TypedArray
  return { type, shape, data: new Uint8Array(buffer, byteOffset, byteLength) }
}

/** The typed view of a tensor's bytes; copied only where they don't begin at a multiple of the element's size. */
export function toTensor(raw: RawTensor): Tensor {
  const { type, shape } = raw
  return { type, shape, data: type === "string" ? raw.data : viewElements(type, raw.data) } as Tensor
}
