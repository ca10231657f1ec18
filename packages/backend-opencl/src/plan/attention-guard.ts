import type { Expression } from "../graph/expression.js"
import type { Elementwise, Operation } from "../graph/operation.js"
import type { Tensor } from "../graph/tensor.js"

/** `Where(IsNaN(shares), 0, shares)`, by which exporters have zeros where all keys of a query are masked. */
export interface Guard {
  /** What it keeps where that are numbers. */
  readonly shares: Tensor
  readonly test: Elementwise
  readonly where: Elementwise
}

/** The guard that makes `tensor`, if one does. */
export function guardOf({ origin }: Tensor): Guard | undefined {
  if (origin.kind !== "operation" || origin.operation.kind !== "elementwise") return undefined
  const where = origin.operation
  const { expression } = where
  if (expression.kind !== "call" || expression.function !== "where") return undefined
  const [condition, zero, kept] = expression.arguments as [Expression, Expression, Expression]
  const [tested, shares] = [readBy(where, condition), readBy(where, kept)]
  if (tested === undefined || shares === undefined || !isZero(where, zero)) return undefined
  const test = tested.origin.kind === "operation" ? tested.origin.operation : undefined
  if (test?.kind !== "elementwise" || test.expression.kind !== "call") return undefined
  const [argument] = test.expression.arguments as [Expression]
  if (test.expression.function !== "isNaN" || readBy(test, argument) !== shares) return undefined
  return { shares, test, where }
}

/** The tensor that an expression is an element of, unchanged. */
const readBy = ({ inputs }: Operation, expression: Expression): Tensor | undefined =>
  expression.kind === "operand" ? inputs[expression.index] : undefined

function isZero(operation: Operation, expression: Expression): boolean {
  if (expression.kind === "constant") return Number(expression.value) === 0
  const read = readBy(operation, expression)
  return read !== undefined && isAllZeros(read)
}

/** Whether that is known without the device; zeros of a large shape are views of one, or a kernel's. */
function isAllZeros({ elements, origin }: Tensor): boolean {
  if (elements !== undefined) return elements.every((element) => Number(element) === 0)
  if (origin.kind !== "operation") return false
  const { operation } = origin
  if (operation.kind === "view") return isAllZeros(operation.inputs[0] as Tensor)
  return operation.kind === "elementwise" && isZero(operation, operation.expression)
}
