import { call, constant, type Expression } from "../graph/expression.js"
import type { ReduceMode } from "../graph/operation.js"
import { axisOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"
import { axesOf } from "./movement.js"
import { castTo, sumTypeOf } from "./small-floats.js"

/** Operators that fold axes. */

/** Folds `axes`, which stay with length 1. */
type Fold = (node: OperatorCall, x: Tensor, axes: readonly number[]) => Tensor

/** @param since the version in which axes became an input */
const folded =
  (fold: Fold, since = 18): Operator =>
  async (node) => {
    const { builder } = node
    const x = node.input(0)
    const given = await axesOf(node, since, 1)
    if (!given?.length && node.int("noop_with_empty_axes", 0) === 1) return x
    const axes = given?.length ? given.map((axis) => axisOf(axis, x.shape.length)) : [...x.shape.keys()]
    const result = fold(node, x, axes)
    if (node.int("keepdims", 1) === 1) return result
    return builder.reshape(
      result,
      x.shape.filter((_, axis) => !axes.includes(axis)),
    )
  }

const reduce =
  (mode: ReduceMode): Fold =>
  ({ builder }, x, axes) =>
    builder.reduce(x, mode, axes)

/** In floats, also of integers, and then as the type that the input has. */
const inFloats =
  (fold: Fold): Fold =>
  (node, x, axes) =>
    castTo(node, x.type, fold(node, castTo(node, sumTypeOf(x.type), x), axes))

const rootOfSquares: Fold = ({ builder }, x, axes) =>
  builder.elementwise([builder.reduce(x, "sumOfSquares", axes)], (sum) => call("sqrt", sum as Expression))

const logarithmOfSum: Fold = ({ builder }, x, axes) =>
  builder.elementwise([builder.reduce(x, "sum", axes)], (sum) => call("log", sum as Expression))

/** Relative to the largest, so that no exponential is infinite; an infinite one itself has no part in that. */
const logarithmOfExponentials: Fold = ({ builder }, x, axes) => {
  const largest = builder.elementwise([builder.reduce(x, "max", axes)], (one) => {
    const value = one as Expression
    return call("where", call("isInfinite", value), constant(value.type, 0), value)
  })
  const powers = builder.elementwise([x, largest], (a, b) => call("exp", call("sub", a as Expression, b as Expression)))
  return builder.elementwise([builder.reduce(powers, "sum", axes), largest], (sum, shift) =>
    call("add", call("log", sum as Expression), shift as Expression),
  )
}

export const reductions: OperatorTable = {
  ReduceSum: folded(reduce("sum"), 13),
  ReduceMean: folded(reduce("mean")),
  ReduceMax: folded(reduce("max")),
  ReduceMin: folded(reduce("min")),
  ReduceProd: folded(reduce("product")),
  ReduceL1: folded(reduce("sumOfAbsolutes")),
  ReduceL2: folded(inFloats(rootOfSquares)),
  ReduceSumSquare: folded(reduce("sumOfSquares")),
  ReduceLogSum: folded(inFloats(logarithmOfSum)),
  ReduceLogSumExp: folded(inFloats(logarithmOfExponentials)),
}
