import { call, cast, type Expression } from "../graph/expression.js"
import type { ScalarFunction } from "../graph/scalar-functions.js"
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

/** Of one or more inputs. */
export const many =
  (name: ScalarFunction, last: (sum: Expression, count: number) => Expression = (sum) => sum): Operator =>
  ({ builder, inputs, input }) =>
    builder.elementwise([input(0), ...inputs.slice(1).map((_, index) => input(index + 1))], (...operands) =>
      last(
        operands.reduce((a, b) => call(name, a, b)),
        operands.length,
      ),
    )

/** Computes small floats in float32, in which constants and steps between aren't rounded to what these hold. */
export function inFloat(x: Expression, make: (x: Expression) => Expression): Expression {
  if (x.type !== "float16" && x.type !== "bfloat16") return make(x)
  return cast(x.type, make(cast("float32", x)))
}
