import { type TensorType, tensorTypes } from "../graph/tensor-type.js"

/** How elements are read and written, in OpenCL C: one at a time, or as many as a vector has lanes. */

/** @param index of the first element, a C expression */
export function loadCode(type: TensorType, pointer: string, index: string, lanes: number): string {
  const { stored, computed } = tensorTypes[type]
  if (lanes === 1) {
    if (type === "float16") return `vload_half(${index}, ${pointer})`
    if (type === "bfloat16") return `as_float((uint)${pointer}[${index}] << 16)`
    return `${pointer}[${index}]`
  }
  if (type === "float16") return `vload_half${lanes}(0, ${pointer} + (${index}))`
  const loaded = `vload${lanes}(0, ${pointer} + (${index}))`
  if (type === "bfloat16") return `as_float${lanes}(convert_uint${lanes}(${loaded}) << 16)`
  return stored === computed ? loaded : `convert_${computed}${lanes}(${loaded})`
}

/** A statement. @param value the name of a variable of the computed type */
export function storeCode(type: TensorType, pointer: string, index: string, value: string, lanes: number): string {
  const { stored, computed } = tensorTypes[type]
  const rounded = type === "bfloat16" ? brainCode(value, lanes) : value
  if (lanes === 1) {
    if (type === "float16") return `vstore_half(${value}, ${index}, ${pointer});`
    return `${pointer}[${index}] = ${stored === computed ? value : `(${stored})(${rounded})`};`
  }
  if (type === "float16") return `vstore_half${lanes}(${value}, 0, ${pointer} + (${index}));`
  const converted = stored === computed ? value : `convert_${stored}${lanes}(${rounded})`
  return `vstore${lanes}(${converted}, 0, ${pointer} + (${index}));`
}

/** The variable's type. */
export function computedType(type: TensorType, lanes: number): string {
  const { computed } = tensorTypes[type]
  return lanes === 1 ? computed : `${computed}${lanes}`
}

/** To the nearest, ties to even; NaN stays one. The upper half of a float32, in uint. */
function brainCode(value: string, lanes: number): string {
  const unsigned = lanes === 1 ? "uint" : `uint${lanes}`
  const bits = `as_${unsigned}(${value})`
  const rounded = `((${bits} + 0x7fff + ((${bits} >> 16) & 1)) >> 16)`
  return `((${value} != ${value}) ? (${unsigned})(0x7fc0) : ${rounded})`
}
