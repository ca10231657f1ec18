import type { Elementwise } from "../graph/operation.js"
import type { Tensor } from "../graph/tensor.js"

/** By which each float of a query or a key is multiplied, or divided. */
export interface Scale {
  /** Of one element. */
  readonly number: Tensor
  readonly isDivisor: boolean
}

/** A tensor that one number changes. */
export interface Scaled {
  readonly tensor: Tensor
  readonly scale: Scale
  readonly operation: Elementwise
}

/** What `result` is made of, if it is a tensor of its shape divided by one number, or times one: either may come first. */
export function scaledBy(result: Tensor): Scaled | undefined {
  const { origin } = result
  if (origin.kind !== "operation" || origin.operation.kind !== "elementwise") return undefined
  const { operation } = origin
  const { expression, inputs } = operation
  if (expression.kind !== "call" || !isScaling(expression.function)) return undefined
  const [a, b] = expression.arguments.map((one) => (one.kind === "operand" ? inputs[one.index] : undefined))
  if (a === undefined || b === undefined || [a, b, result].some(({ type }) => type !== "float32")) return undefined
  const isDivisor = expression.function === "div"
  const [tensor, number] = b.size === 1 || isDivisor ? [a, b] : [b, a]
  if (number.size !== 1 || !isShaped(tensor, result)) return undefined
  return { tensor, scale: { number, isDivisor }, operation }
}

const isScaling = (called: string) => called === "mul" || called === "div"

const isShaped = (tensor: Tensor, { shape }: Tensor) =>
  tensor.shape.length === shape.length && tensor.shape.every((length, axis) => length === shape[axis])
