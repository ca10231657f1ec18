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

/** Whether that is known without the device. */
function isZero(from: Operation, by: Expression): boolean {
  let [operation, expression] = [from, by]
  while (expression.kind !== "constant") {
    let read = readBy(operation, expression)
    while (read?.elements === undefined && read?.origin.kind === "operation" && read.origin.operation.kind === "view")
      read = read.origin.operation.inputs[0]
    if (read?.elements !== undefined) return read.elements.every((element) => Number(element) === 0)
    if (read?.origin.kind !== "operation" || read.origin.operation.kind !== "elementwise") return false
    operation = read.origin.operation
    expression = read.origin.operation.expression
  }
  return Number(expression.value) === 0
}
