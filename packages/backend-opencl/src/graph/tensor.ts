import { StrongroomError } from "@strongroom/core/backend"
import type { OnnxData } from "../onnx/model.js"
import type { Elements } from "./elements.js"
import type { Operation } from "./operation.js"
import { type TensorType, tensorTypes } from "./tensor-type.js"

/** Where a tensor's elements come from. */
export type Origin =
  | { readonly kind: "operation"; readonly operation: Operation }
  /** An input of the model, by its name. */
  | { readonly kind: "input"; readonly name: string }
  /** Bytes of the sealed model. */
  | { readonly kind: "weight"; readonly data: OnnxData }
  /** {@link Tensor.elements}, known without the device. */
  | { readonly kind: "elements" }
  /** What an earlier segment of the same trace has computed, and left on the device. */
  | { readonly kind: "segment" }

/** A tensor while a model is planned for inputs of certain shapes: its type and shape are known, its elements perhaps. */
export interface Tensor {
  readonly type: TensorType
  readonly shape: readonly number[]
  /** The number of elements. */
  readonly size: number
  origin: Origin
  /** What is known of its elements on the host: constants, shape arithmetic, and what was read back to decide shapes. */
  elements?: Elements
}

// Kernels count elements in int.
const mostElements = 2 ** 31 - 1

/** @throws StrongroomError `out-of-memory` for more elements than kernels count */
export function makeTensor(type: TensorType, shape: readonly number[], origin: Origin, elements?: Elements): Tensor {
  const size = shape.reduce((product, length) => product * length, 1)
  if (size > mostElements || size * tensorTypes[type].bytes > Number.MAX_SAFE_INTEGER) {
    const problem = `A tensor of ${size} elements is asked for; the engine's have at most ${mostElements}.`
    throw new StrongroomError("out-of-memory", problem)
  }
  return elements === undefined ? { type, shape, size, origin } : { type, shape, size, origin, elements }
}

export const byteLengthOf = ({ type, size }: Tensor): number => size * tensorTypes[type].bytes

/** Whether nothing but the model decides its elements, so that they are the same in every run. */
export function isConstant({ origin }: Tensor): boolean {
  if (origin.kind === "operation") return origin.operation.isConstant
  return origin.kind === "weight" || origin.kind === "elements"
}
