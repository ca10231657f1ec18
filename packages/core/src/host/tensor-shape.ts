import type { TensorSpec } from "../backend.js"

/** True when `shape` is one that a tensor of `spec` can have: the same rank, and the same size where that is fixed. */
export function shapeFits(spec: TensorSpec, shape: readonly number[]): boolean {
  return (
    shape.length === spec.shape.length &&
    spec.shape.every((size, index) => typeof size === "string" || size === shape[index])
  )
}

/** A shape for a message: `[batch, 3, 640, 640]`. */
export function shapeText(shape: readonly (number | string)[]): string {
  return `[${shape.join(", ")}]`
}
