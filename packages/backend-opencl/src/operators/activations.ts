import { erf } from "../graph/erf.js"
import { call, cast, constant, type Expression } from "../graph/expression.js"
import { broadcastShapes } from "../graph/shape.js"
import { isFloat } from "../graph/tensor-type.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"
import { inFloat, one } from "./per-element.js"

/** What networks put between their layers. */

const add = (a: Expression, b: Expression | number) => call("add", a, b)
const mul = (a: Expression, b: Expression | number) => call("mul", a, b)
const ifNegative = (x: Expression, negative: Expression, otherwise: Expression) =>
  call("where", call("less", x, 0), negative, otherwise)

/** @param make of a float that is wide enough for what is between */
const activation = (make: (x: Expression, node: OperatorCall) => Expression): Operator =>
  one((x, node) => inFloat(x, (wide) => make(wide, node)))

/** exp(x) - 1 where x is negative, and there times `factor`. */
const elu = (x: Expression, factor: number) => ifNegative(x, mul(call("expm1", call("atMost", x, 0)), factor), x)

/** log(1 + exp(x)), without an overflow. */
const softplus = (x: Expression) => add(call("atLeast", x, 0), call("log1p", call("exp", call("neg", call("abs", x)))))

/** x * tanh(softplus(x)), which with t = exp(x) is x * t * (t + 2) / (t * (t + 2) + 2). */
const mish = (x: Expression) => {
  // From here on the factor is 1 in any float.
  const t = call("exp", call("atMost", x, 40))
  const product = mul(t, add(t, 2))
  // Of float32 the square of exp(40) is in reach.
  return mul(x, call("div", product, add(product, 2)))
}

const gelu = (x: Expression, node: OperatorCall) => {
  if (node.text("approximate", "none") !== "tanh") return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1))
  // (1 + tanh(t)) / 2 is the sigmoid of 2 t, which goes to 0 where drivers' tanh may end beside -1.
  const twice = mul(add(x, mul(mul(mul(x, x), x), 0.044715)), 2 * Math.sqrt(2 / Math.PI))
  return mul(x, call("sigmoid", twice))
}

/** Also of integers, whose threshold may have a fraction. */
const shrink = one((x, node) => {
  const [threshold, bias] = [node.float("lambd", 0.5), node.float("bias", 0)]
  const type = isFloat(x.type) ? (x.type === "float64" ? "float64" : "float32") : "float64"
  const wide = cast(type, x)
  const above = call("where", call("greater", wide, threshold), add(wide, -bias), constant(type, 0))
  return cast(x.type, call("where", call("less", wide, -threshold), add(wide, bias), above))
})

/** The slope broadcasts to x, and before version 7 is one for each channel. */
const prelu: Operator = (node) => {
  const { builder, version } = node
  const [x, slope] = [node.input(0), node.input(1)]
  const isPerChannel = version < 7 && slope.size > 1
  const fitted = isPerChannel ? builder.reshape(slope, [slope.size, ...x.shape.slice(2).map(() => 1)]) : slope
  if (broadcastShapes([x.shape, fitted.shape]).some((length, axis) => length !== x.shape[axis])) {
    throw node.broken("has a slope that doesn't broadcast to its input")
  }
  return builder.elementwise([x, fitted], (a, b) =>
    ifNegative(a as Expression, mul(a as Expression, b as Expression), a as Expression),
  )
}

export const activations: OperatorTable = {
  Elu: activation((x, node) => elu(x, node.float("alpha", 1))),
  Celu: activation((x, node) => {
    const alpha = node.float("alpha", 1)
    return ifNegative(x, mul(call("expm1", call("atMost", call("div", x, alpha), 0)), alpha), x)
  }),
  Selu: activation((x, node) => {
    const [alpha, gamma] = [node.float("alpha", 1.6732632423543772), node.float("gamma", 1.0507009873554805)]
    return mul(elu(x, alpha), gamma)
  }),
  ThresholdedRelu: activation((x, node) =>
    call("where", call("greater", x, node.float("alpha", 1)), x, constant(x.type, 0)),
  ),
  Softplus: activation(softplus),
  Softsign: activation((x) => call("div", x, add(call("abs", x), 1))),
  Mish: activation(mish),
  Gelu: activation(gelu),
  Shrink: shrink,
  PRelu: prelu,
}
