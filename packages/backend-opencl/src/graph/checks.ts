import { StrongroomError } from "@strongroom/core/backend"
import type { Tensor } from "./tensor.js"
import { isFloat } from "./tensor-type.js"

/** What fast kernels rely on, and what operators are to have checked. */

/** @throws StrongroomError `backend-failed` */
export function checkInside(input: Tensor, shape: readonly number[], offset: number, strides: readonly number[]): void {
  if (shape.includes(0)) return
  const reach = shape.map((length, axis) => (length - 1) * (strides[axis] as number))
  const first = reach.reduce((sum, one) => sum + Math.min(one, 0), offset)
  const last = reach.reduce((sum, one) => sum + Math.max(one, 0), offset)
  if (shape.every((length) => length > 0) && first >= 0 && last < input.size) return
  throw new StrongroomError("backend-failed", "An operator of the model asks for elements outside of its input.")
}

/** @throws StrongroomError `backend-failed` */
export function checkFloats(inputs: readonly Tensor[]): void {
  if (inputs.every(({ type }) => isFloat(type))) return
  throw new StrongroomError("backend-failed", "An operator of the model that is for floats has an input of integers.")
}

/** @throws StrongroomError `backend-failed` */
export function checkOneType(inputs: readonly Tensor[]): void {
  if (inputs.every(({ type }) => type === inputs[0]?.type)) return
  throw new StrongroomError("backend-failed", "Inputs of an operator of the model are of different types.")
}
