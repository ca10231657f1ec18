import type { Expression } from "../graph/expression.js"
import type { Elementwise, Operation } from "../graph/operation.js"
import type { Tensor } from "../graph/tensor.js"
import type { GuardKind } from "../kernels/attention.js"

/** By which exporters have zeros for the shares of queries of which no key counts. */
export interface Guard {
  readonly kind: GuardKind
  /** What it keeps otherwise. */
  readonly shares: Tensor
  /** Of which scores it tests whether all are minus infinity, if that is its kind. */
  readonly scores: Tensor | undefined
  /** All of it, of which the last gives the result. */
  readonly operations: readonly Operation[]
}

/** The guard that makes `tensor`, if one does: `Where(test, 0, shares)`. */
export function guardOf(tensor: Tensor): Guard | undefined {
  const where = elementwiseOf(tensor)
  if (where === undefined) return undefined
  const [condition, zero, kept] = argumentsOf(where, "where")
  const [tested, shares] = [readBy(where, condition), readBy(where, kept)]
  if (tested === undefined || shares === undefined || !isKnown(where, zero, 0)) return undefined
  const test = testsNumbers(tested, shares) ?? testsMasks(tested)
  return test && { ...test, shares, operations: [...test.operations, where] }
}

type Test = Omit<Guard, "shares">

/** `IsNaN(shares)`. */
function testsNumbers(tested: Tensor, shares: Tensor): Test | undefined {
  const test = elementwiseOf(tested)
  if (test === undefined || readBy(test, argumentsOf(test, "isNaN")[0]) !== shares) return undefined
  return { kind: "not-numbers", scores: undefined, operations: [test] }
}

/** `ReduceMin(Equal(scores, -infinity))` over the last axis, between casts: PyTorch's `_safe_softmax`. */
function testsMasks(tested: Tensor): Test | undefined {
  const casts: Operation[] = []
  const { origin } = uncast(tested, casts)
  if (origin.kind !== "operation" || origin.operation.kind !== "reduce") return undefined
  const fold = origin.operation
  const folded = fold.inputs[0] as Tensor
  if (fold.mode !== "min" || String(fold.axes) !== String([folded.shape.length - 1])) return undefined
  const masked = uncast(folded, casts)
  const equal = elementwiseOf(masked)
  if (equal === undefined) return undefined
  const [a, b] = argumentsOf(equal, "equal")
  const scores = readBy(equal, isKnown(equal, a, Number.NEGATIVE_INFINITY) ? b : a)
  const isOfInfinity = [a, b].some((one) => isKnown(equal, one, Number.NEGATIVE_INFINITY))
  if (scores === undefined || !isOfInfinity || !isShaped(scores, masked)) return undefined
  return { kind: "all-masked", scores, operations: [equal, ...casts, fold] }
}

/** What `tensor` is made of by casts alone, of bools that become numbers and bools again: as true as they were. */
function uncast(tensor: Tensor, casts: Operation[]): Tensor {
  const operation = elementwiseOf(tensor)
  if (operation === undefined) return tensor
  let { expression } = operation
  while (expression.kind === "cast") expression = expression.argument
  const source = readBy(operation, expression)
  if (source === undefined || !isShaped(source, tensor)) return tensor
  casts.push(operation)
  return uncast(source, casts)
}

const elementwiseOf = ({ origin }: Tensor): Elementwise | undefined =>
  origin.kind === "operation" && origin.operation.kind === "elementwise" ? origin.operation : undefined

/** Of a call of a function that is all that an operation does; else nothing. */
const argumentsOf = ({ expression }: Elementwise, called: string): readonly (Expression | undefined)[] =>
  expression.kind === "call" && expression.function === called ? expression.arguments : []

/** The tensor that an expression is an element of, unchanged. */
const readBy = ({ inputs }: Operation, expression: Expression | undefined): Tensor | undefined =>
  expression?.kind === "operand" ? inputs[expression.index] : undefined

/** Whether all elements are known to be `value` without the device. */
function isKnown(from: Operation, by: Expression | undefined, value: number): boolean {
  let [operation, expression] = [from, by]
  while (expression !== undefined && expression.kind !== "constant") {
    let read = readBy(operation, expression)
    while (read?.elements === undefined && read?.origin.kind === "operation" && read.origin.operation.kind === "view")
      read = read.origin.operation.inputs[0]
    if (read?.elements !== undefined) return read.elements.every((element) => Number(element) === value)
    if (read?.origin.kind !== "operation" || read.origin.operation.kind !== "elementwise") return false
    operation = read.origin.operation
    expression = read.origin.operation.expression
  }
  return expression !== undefined && Number(expression.value) === value
}

const isShaped = (tensor: Tensor, { shape }: Tensor) => String(tensor.shape) === String(shape)
