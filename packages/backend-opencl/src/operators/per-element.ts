import { call, cast, type Expression } from "../graph/expression.js"
import type { ScalarFunction } from "../graph/scalar-functions.js"
import type { Tensor } from "../graph/tensor.js"
import type { Operator, OperatorCall } from "./call.js"

/** Operators of which each element of the result is computed by itself. */

/** @param make of one operand */
export const one =
  (make: (x: Expression, node: OperatorCall) => Expression): Operator =>
  (node) =>
    node.builder.elementwise([node.input(0)], (x) => make(x as Expression, node))

export const unary = (name: ScalarFunction) => one((x) => call(name, x))

export const two =
  (make: (a: Expression, b: Expression, node: OperatorCall) => Expression): Operator =>
  (node) =>
    node.builder.elementwise([node.input(0), node.input(1)], (a, b) => make(a as Expression, b as Expression, node))

export const binary = (name: ScalarFunction) => two((a, b) => call(name, a, b))

/** One kernel reads so many inputs at most. */
const mostAtOnce = 32

/** Of one or more inputs, from the first to the last. */
export const many =
  (name: ScalarFunction, last: (sum: Expression, count: number) => Expression = (sum) => sum): Operator =>
  ({ builder, inputs, input }) => {
    const all = [input(0), ...inputs.slice(1).map((_, index) => input(index + 1))]
    const fold = (...operands: readonly Expression[]) => operands.reduce((a, b) => call(name, a, b))
    let left: readonly Tensor[] = all
    while (left.length > mostAtOnce)
      left = [builder.elementwise(left.slice(0, mostAtOnce), fold), ...left.slice(mostAtOnce)]
    return builder.elementwise(left, (...operands) => last(fold(...operands), all.length))
  }

/** Computes small floats in float32, in which constants and steps between aren't rounded to what these hold. */
export function inFloat(x: Expression, make: (x: Expression) => Expression): Expression {
  if (x.type !== "float16" && x.type !== "bfloat16") return make(x)
  return cast(x.type, make(cast("float32", x)))
}
