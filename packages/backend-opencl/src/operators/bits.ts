import { call, constant, type Expression } from "../graph/expression.js"
import type { OperatorCall, OperatorTable } from "./call.js"
import { binary, one, two, unary } from "./per-element.js"

/** Operators on the bits of integers, and on what floats are beside numbers. */

const isInfinity = (x: Expression, node: OperatorCall) => {
  const [negative, positive] = [node.int("detect_negative", 1) !== 0, node.int("detect_positive", 1) !== 0]
  if (negative && positive) return call("isInfinite", x)
  if (negative) return call("equal", x, Number.NEGATIVE_INFINITY)
  return positive ? call("equal", x, Number.POSITIVE_INFINITY) : constant("bool", 0)
}

const shift = (a: Expression, b: Expression, node: OperatorCall) => {
  const direction = node.text("direction")
  if (direction !== "LEFT" && direction !== "RIGHT") throw node.broken("has a direction that is neither LEFT nor RIGHT")
  return call(direction === "LEFT" ? "shiftLeft" : "shiftRight", a, b)
}

export const bits: OperatorTable = {
  BitShift: two(shift),
  BitwiseAnd: binary("bitAnd"),
  BitwiseOr: binary("bitOr"),
  BitwiseXor: binary("bitXor"),
  BitwiseNot: unary("bitNot"),
  IsNaN: unary("isNaN"),
  IsInf: one(isInfinity),
}
