import type { Elementwise } from "../graph/operation.js"
import type { Tensor } from "../graph/tensor.js"

/** A tensor times one number. */
export interface Scaled {
  readonly tensor: Tensor
  /** Of one element. */
  readonly scale: Tensor
  readonly product: Elementwise
}

/** What `product` is made of, if it is a tensor of its shape times one number: either may come first. */
export function scaledBy(product: Tensor): Scaled | undefined {
  const { origin } = product
  if (origin.kind !== "operation" || origin.operation.kind !== "elementwise") return undefined
  const { operation } = origin
  const { expression, inputs } = operation
  if (expression.kind !== "call" || expression.function !== "mul") return undefined
  const [a, b] = expression.arguments.map((one) => (one.kind === "operand" ? inputs[one.index] : undefined))
  if (a === undefined || b === undefined || [a, b, product].some(({ type }) => type !== "float32")) return undefined
  const [tensor, scale] = b.size === 1 ? [a, b] : [b, a]
  return scale.size === 1 && isShaped(tensor, product) ? { tensor, scale, product: operation } : undefined
}

const isShaped = (tensor: Tensor, { shape }: Tensor) =>
  tensor.shape.length === shape.length && tensor.shape.every((length, axis) => length === shape[axis])
