import { call, type Expression } from "../graph/expression.js"
import { sizeOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import { isFloat, tensorTypes } from "../graph/tensor-type.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"
import { castTo, sumTypeOf } from "./small-floats.js"
import { onLastAxis } from "./softmax.js"

/** Losses of `[N, C, ...]` against the classes `[N, ...]`, weighted, and some of them ignored. */

const negativeLogLikelihood: Operator = (node) => lossOf(node, node.input(0))

/** @param logarithms of probabilities */
function lossOf(node: OperatorCall, logarithms: Tensor): Tensor {
  const { builder } = node
  const target = node.input(1)
  const weights = node.inputs[2]
  const [batch = 1, classes = 1, ...rest] = logarithms.shape
  const fits = target.shape.join() === [batch, ...rest].join() && (weights === undefined || weights.size === classes)
  if (logarithms.shape.length < 2 || classes < 1 || isFloat(target.type) || !fits) {
    throw node.broken("has a target or weights that don't fit its input")
  }
  const plane = sizeOf(rest)
  const type = sumTypeOf(logarithms.type)
  const given = weights === undefined ? [logarithms, target] : [logarithms, target, weights]
  const ignored = node.has("ignore_index") ? `target == ${node.int("ignore_index")}` : "0"
  // What is no class is read as the nearest one.
  const body = `
  const long target = LOAD1(i);
  const int index = (int)clamp(target, 0L, ${classes - 1}L);
  const int isIgnored = ${ignored};
  const ${tensorTypes[type].computed} weight = isIgnored ? 0 : ${weights === undefined ? "1" : "LOAD2(index)"};
  STORE0(i, isIgnored ? 0 : -LOAD0((i / ${plane} * ${classes} + index) * ${plane} + i % ${plane}) * weight);
  STORE1(i, weight);`
  const { shape } = target
  const [losses, counted] = builder.custom(
    given,
    [
      { type, shape },
      { type, shape },
    ],
    { body },
  ) as [Tensor, Tensor]
  const reduction = node.text("reduction", "mean")
  if (reduction === "none") return castTo(node, logarithms.type, losses)
  const total = (values: Tensor) => builder.reshape(builder.reduce(values, "sum", [...shape.keys()]), [])
  if (reduction === "sum") return castTo(node, logarithms.type, total(losses))
  if (reduction !== "mean") throw node.broken("has a reduction that isn't ONNX's")
  const mean = builder.elementwise([total(losses), total(counted)], (loss, weight) =>
    call("div", loss as Expression, weight as Expression),
  )
  return castTo(node, logarithms.type, mean)
}

const softmaxCrossEntropy: Operator = (node) => {
  const x = node.input(0)
  if (x.shape.length < 2) throw node.broken("has an input without classes")
  const logarithms = onLastAxis(node, x, 1, (moved) => node.builder.softmax(moved, true))
  return [lossOf(node, logarithms), logarithms]
}

export const losses: OperatorTable = {
  NegativeLogLikelihoodLoss: negativeLogLikelihood,
  SoftmaxCrossEntropyLoss: softmaxCrossEntropy,
}
