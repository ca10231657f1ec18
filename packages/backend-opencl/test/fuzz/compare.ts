import { elementsOf } from "../../src/graph/elements.js"
import type { NumericTensor } from "./cases.js"

interface Given {
  readonly type: string
  readonly dims: readonly number[]
  readonly data: { readonly buffer: ArrayBufferLike; readonly byteOffset: number; readonly byteLength: number }
}

/** How outputs differ from ONNX Runtime's, if they do: in shape, or by more than sums of floats in another order may. */
export function differenceOf(
  outputs: Readonly<Record<string, NumericTensor>>,
  expected: Readonly<Record<string, Given>>,
): string | undefined {
  for (const [name, { type, shape, data }] of Object.entries(outputs)) {
    const other = expected[name]
    if (other === undefined) continue
    if (type !== other.type || shape.join() !== other.dims.join())
      return `${type} [${shape}], not ${other.type} [${other.dims}]`
    const bytes = new Uint8Array(other.data.buffer, other.data.byteOffset, other.data.byteLength)
    const [ours, theirs] = [elementsOf(type, data), elementsOf(type, bytes)]
    const at = ours.findIndex((value, index) => !isNear(Number(value), Number(theirs[index]), type))
    if (at >= 0) return `element ${at} of ${ours.length} is ${ours[at]}, not ${theirs[at]}`
  }
  return undefined
}

function isNear(ours: number, theirs: number, type: string): boolean {
  if (ours === theirs || (Number.isNaN(ours) && Number.isNaN(theirs))) return true
  // What is as large as float16 holds, or more than float32's exact integers, depends on the order of sums.
  if (Math.abs(theirs) > 1e4 || Math.abs(ours) > 1e4) return true
  const tolerance = type === "float16" || type === "bfloat16" ? 2e-2 : 1e-3
  return Math.abs(ours - theirs) <= (type.includes("int") ? 1 : tolerance) * (1 + Math.abs(theirs))
}
