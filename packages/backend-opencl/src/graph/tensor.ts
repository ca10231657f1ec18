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
/** Kernels have a line for each dimension. */
const mostDimensions = 64

/**
 * How many elements a shape has that a model asks for.
 *
 * @throws StrongroomError `backend-failed` for what is no shape, `out-of-memory` for more elements than kernels count
 */
export function sizeOfTensor(shape: readonly number[]): number {
  if (shape.length > mostDimensions) {
    const problem = `A tensor of ${shape.length} dimensions is asked for; the engine's have at most ${mostDimensions}.`
    throw new StrongroomError("backend-failed", problem)
  }
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw new StrongroomError(
      "backend-failed",
      "A tensor with a length below 0, or that is no whole number, is asked for.",
    )
  }
  // A length that nothing can have is refused beside one of 0, too: strides are products of lengths.
  const size = shape.reduce((product, length) => product * Math.max(1, length), 1)
  if (size > mostElements) {
    const problem = `A tensor of [${shape.join(", ")}] is asked for; the engine's have at most ${mostElements} elements.`
    throw new StrongroomError("out-of-memory", problem)
  }
  return shape.includes(0) ? 0 : size
}

/** @throws StrongroomError as {@link sizeOfTensor} */
export function makeTensor(type: TensorType, shape: readonly number[], origin: Origin, elements?: Elements): Tensor {
  const size = sizeOfTensor(shape)
  return elements === undefined ? { type, shape, size, origin } : { type, shape, size, origin, elements }
}

export const byteLengthOf = ({ type, size }: Tensor): number => size * tensorTypes[type].bytes

/** Whether nothing but the model decides its elements, so that they are the same in every run. */
export function isConstant({ origin }: Tensor): boolean {
  if (origin.kind === "operation") return origin.operation.isConstant
  return origin.kind === "weight" || origin.kind === "elements"
}
