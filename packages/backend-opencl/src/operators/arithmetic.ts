import { erf } from "../graph/erf.js"
import { call, cast, constant, type Expression } from "../graph/expression.js"
import { isFloat, isTensorType, type TensorType } from "../graph/tensor-type.js"
import { typeOf } from "../onnx/data-types.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"
import { binary, inFloat, many, one, two, unary } from "./per-element.js"

/** Operators that compute each element by itself. */

/** An attribute that names a type. @throws StrongroomError `backend-failed` for types that the engine lacks */
export function typeNamed(node: OperatorCall, attribute: string, standard?: TensorType): TensorType {
  const number = node.int(attribute, standard === undefined ? undefined : 0)
  const type = number === 0 ? standard : typeOf(BigInt(number))
  if (!isTensorType(type)) throw node.broken("asks for a type that the OpenCL engine lacks")
  return type
}

const clip: Operator = (node) => {
  const { builder, inputs, version } = node
  const x = node.input(0)
  if (version < 11) {
    const [low, high] = [node.float("min", Number.NEGATIVE_INFINITY), node.float("max", Number.POSITIVE_INFINITY)]
    return builder.elementwise([x], (value) =>
      bounded(value as Expression, constant(x.type, low), constant(x.type, high)),
    )
  }
  const bounds = [inputs[1], inputs[2]].filter((bound) => bound !== undefined)
  return builder.elementwise([x, ...bounds], (value, first, second) => {
    const low = inputs[1] === undefined ? undefined : first
    return bounded(value as Expression, low, inputs[1] === undefined ? first : second)
  })
}

const bounded = (x: Expression, low?: Expression, high?: Expression) => {
  const above = low === undefined ? x : call("atLeast", x, low)
  return high === undefined ? above : call("atMost", above, high)
}

/** Powers that networks are full of, written as what is quicker than pow. */
const shortPowers: Readonly<Record<number, (x: Expression) => Expression>> = {
  0.5: (x) => call("sqrt", x),
  1: (x) => x,
  2: (x) => call("mul", x, x),
  3: (x) => call("mul", call("mul", x, x), x),
}

const pow: Operator = (node) => {
  const { builder } = node
  const [base, exponent] = [node.input(0), node.input(1)]
  const known = exponent.size === 1 && exponent.shape.length <= base.shape.length ? exponent.elements?.[0] : undefined
  const short = known === undefined ? undefined : shortPowers[Number(known)]
  if (short !== undefined && isFloat(base.type)) return builder.elementwise([base], (x) => short(x as Expression))
  return builder.elementwise([base, exponent], (a, b) => {
    const [x, y] = [a as Expression, b as Expression]
    // An integer to a fraction is computed as a float.
    const type = !isFloat(x.type) && isFloat(y.type) ? y.type : x.type
    return cast(x.type, call("pow", cast(type, x), cast(type, y)))
  })
}

export const arithmetic: OperatorTable = {
  Add: binary("add"),
  Sub: binary("sub"),
  Mul: binary("mul"),
  Div: binary("div"),
  Pow: pow,
  Mod: (node) => two((a, b) => call(node.int("fmod", 0) === 1 ? "remainder" : "mod", a, b))(node),
  Min: many("min"),
  Max: many("max"),
  Sum: many("add"),
  Mean: many("add", (sum, count) => call("div", sum, count)),
  Neg: unary("neg"),
  Abs: unary("abs"),
  Sign: unary("sign"),
  Floor: unary("floor"),
  Ceil: unary("ceil"),
  Round: unary("round"),
  Sqrt: unary("sqrt"),
  Reciprocal: one((x) => call("div", constant(x.type, 1), x)),
  Exp: unary("exp"),
  Log: unary("log"),
  Erf: one((x) => inFloat(x, erf)),
  Sin: unary("sin"),
  Cos: unary("cos"),
  Tan: unary("tan"),
  Asin: unary("asin"),
  Acos: unary("acos"),
  Atan: unary("atan"),
  Sinh: unary("sinh"),
  Cosh: unary("cosh"),
  Asinh: unary("asinh"),
  Acosh: unary("acosh"),
  Atanh: unary("atanh"),
  Tanh: unary("tanh"),
  Sigmoid: unary("sigmoid"),
  Relu: one((x) => call("atLeast", x, 0)),
  LeakyRelu: (node) =>
    one((x) => call("where", call("less", x, 0), call("mul", x, node.float("alpha", 0.01)), x))(node),
  HardSigmoid: (node) =>
    one((x) =>
      call(
        "atMost",
        call("atLeast", call("add", call("mul", x, node.float("alpha", 0.2)), node.float("beta", 0.5)), 0),
        1,
      ),
    )(node),
  HardSwish: one((x) => call("mul", x, call("atMost", call("atLeast", call("add", call("mul", x, 1 / 6), 0.5), 0), 1))),
  Clip: clip,
  Equal: binary("equal"),
  Less: binary("less"),
  LessOrEqual: binary("lessOrEqual"),
  Greater: binary("greater"),
  GreaterOrEqual: binary("greaterOrEqual"),
  And: binary("and"),
  Or: binary("or"),
  Xor: binary("xor"),
  Not: unary("not"),
  Where: ({ builder, input }) =>
    builder.elementwise([input(0), input(1), input(2)], (test, a, b) =>
      call("where", test as Expression, a as Expression, b as Expression),
    ),
  Cast: (node) => {
    const type = typeNamed(node, "to")
    return one((x) => cast(type, x))(node)
  },
  CastLike: (node) => one((x) => cast(node.typeOf(1) ?? node.input(1).type, x))(node),
  Identity: ({ input }) => input(0),
}

/** Of ai.onnx.ml. */
export const thresholds: OperatorTable = {
  Binarizer: (node) => one((x) => cast(x.type, call("greater", x, node.float("threshold", 0))))(node),
}
