import { literal } from "../codegen/expression-code.js"
import { call, constant, type Expression } from "../graph/expression.js"
import { axisOf, sizeOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import { isFloat, tensorTypes } from "../graph/tensor-type.js"
import { instanceNormInBlocks } from "../kernels/instance-norm.js"
import { blockSize } from "../kernels/layout.js"
import { localResponseInBlocks } from "../kernels/local-response.js"
import { instanceNormRows } from "../kernels/rows.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"
import { alongChannels } from "./convolutions.js"
import { castTo, sumTypeOf, widened } from "./small-floats.js"

/** Operators that bring numbers to a common scale. */

const combine = ({ builder }: OperatorCall, name: "add" | "sub" | "mul" | "div", a: Tensor, b: Tensor) =>
  builder.elementwise([a, b], (x, y) => call(name, x as Expression, y as Expression))

/** `(x - mean) / sqrt(variance + epsilon) * scale + bias`, as one factor and one summand. */
function standardised(node: OperatorCall, x: Tensor, parameters: readonly Tensor[], epsilon: number): Tensor {
  const { builder } = node
  const [scale, bias, mean, variance] = parameters as [Tensor, Tensor, Tensor, Tensor]
  const factor = builder.elementwise([scale, variance], (a, b) =>
    call("div", a as Expression, call("sqrt", call("add", b as Expression, epsilon))),
  )
  const shift = combine(node, "sub", bias, combine(node, "mul", mean, factor))
  return builder.elementwise([x, factor, shift], (a, b, c) =>
    call("add", call("mul", a as Expression, b as Expression), c as Expression),
  )
}

/** Mean and variance over `axes`, which stay with length 1, of floats as they are summed. */
function moments(node: OperatorCall, x: Tensor, axes: readonly number[]): readonly [Tensor, Tensor] {
  const { builder } = node
  const wide = castTo(node, sumTypeOf(x.type), x)
  const mean = builder.reduce(wide, "mean", axes)
  const difference = combine(node, "sub", wide, mean)
  return [mean, builder.reduce(combine(node, "mul", difference, difference), "mean", axes)]
}

const batchNormalization: Operator = (node) => {
  const { builder, wanted, version } = node
  const x = node.input(0)
  const epsilon = node.float("epsilon", 1e-5)
  // Once a statistic could be of each place of the picture.
  const isOfChannels = version >= 9 || node.int("spatial", 1) === 1
  const places = isOfChannels ? [x.shape[1] ?? 1] : x.shape.slice(1)
  const parameters = [1, 2, 3, 4].map((index) => {
    const given = node.input(index)
    if (given.size !== sizeOf(places)) throw node.broken("has statistics that don't fit its input")
    return isOfChannels ? alongChannels(node, given, x.shape.length) : builder.reshape(given, places)
  })
  const trains = version < 14 ? wanted.slice(1).some(Boolean) : node.int("training_mode", 0) === 1
  if (!trains) return standardised(node, x, parameters, epsilon)

  const kept = node.float("momentum", 0.9)
  const axes = [...x.shape.keys()].filter((axis) => axis !== 1 && (isOfChannels || axis === 0))
  const [scale, bias, runningMean, runningVariance] = parameters as [Tensor, Tensor, Tensor, Tensor]
  const [mean, variance] = moments(node, x, axes)
  const running = (before: Tensor, now: Tensor) => {
    const mixed = builder.elementwise([castTo(node, now.type, before), now], (a, b) =>
      call("add", call("mul", a as Expression, kept), call("mul", b as Expression, 1 - kept)),
    )
    return builder.reshape(castTo(node, before.type, mixed), node.input(3).shape)
  }
  const given = [scale, bias].map((one) => castTo(node, mean.type, one))
  const y = standardised(node, castTo(node, mean.type, x), [...given, mean, variance], epsilon)
  const saved = [mean, variance].map((one) => builder.reshape(castTo(node, x.type, one), node.input(3).shape))
  return [castTo(node, x.type, y), running(runningMean, mean), running(runningVariance, variance), ...saved]
}

/** Each row of a matrix of `rows` rows to a mean of 0 and a variance of 1, in the input's shape. */
function standardisedRows({ builder }: OperatorCall, x: Tensor, rows: number, epsilon: number): Tensor {
  const length = rows === 0 ? 1 : x.size / rows
  return builder.reshape(builder.layerNorm([builder.reshape(x, [rows, length])], epsilon), x.shape)
}

/** Times a scale, plus a bias, both broadcast. */
function scaled(node: OperatorCall, x: Tensor, scale: Tensor, bias: Tensor | undefined): Tensor {
  const { builder } = node
  if (bias === undefined) return combine(node, "mul", x, scale)
  return builder.elementwise([x, scale, bias], (a, b, c) =>
    call("add", call("mul", a as Expression, b as Expression), c as Expression),
  )
}

const instanceNormalization: Operator = (node) => {
  const [x, scale, bias] = [node.input(0), node.input(1), node.input(2)]
  const [batch = 1, channels = 1] = x.shape
  if (scale.size !== channels || bias.size !== channels) throw node.broken("has a scale that doesn't fit its input")
  const epsilon = node.float("epsilon", 1e-5)
  const pixels = sizeOf(x.shape.slice(2))
  const { body, items } = instanceNormRows(x, channels, pixels, epsilon)
  const inBlocks = instanceNormInBlocks({ batch, channels, pixels }, epsilon)
  return node.builder.custom([x, scale, bias], [x], { body, items, inBlocks })[0] as Tensor
}

/** Before version 21 scale and bias were of groups, and since of channels. */
const groupNormalization: Operator = (node) => {
  const { builder, version } = node
  const [x, scale, bias] = [node.input(0), node.input(1), node.input(2)]
  const groups = node.int("num_groups")
  const [batch = 1, channels = 1] = x.shape
  const count = version < 21 ? groups : channels
  if (groups < 1 || channels % groups !== 0 || scale.size !== count || bias.size !== count) {
    throw node.broken("has groups, a scale or a bias that don't fit its input")
  }
  const normal = standardisedRows(node, x, batch * groups, node.float("epsilon", 1e-5))
  const shape = version < 21 ? [batch, groups, batch * groups === 0 ? 0 : x.size / batch / groups] : x.shape
  const along = (values: Tensor) => alongChannels(node, values, shape.length)
  return builder.reshape(scaled(node, builder.reshape(normal, shape), along(scale), along(bias)), x.shape)
}

const layerNormalization: Operator = (node) => {
  const { builder, inputs, wanted } = node
  const x = node.input(0)
  const axis = axisOf(node.int("axis", -1), x.shape.length)
  const epsilon = node.float("epsilon", 1e-5)
  const rows = sizeOf(x.shape.slice(0, axis))
  const length = sizeOf(x.shape.slice(axis))
  const given = [inputs[1], inputs[2]].filter((input): input is Tensor => input !== undefined)
  const isWhole = given.every((one) => one.size === length && one.type === x.type) && inputs[1] !== undefined
  const y = isWhole
    ? builder.layerNorm(
        [builder.reshape(x, [rows, length]), ...given.map((one) => builder.reshape(one, [length]))],
        epsilon,
      )
    : standardisedRows(node, x, rows, epsilon)
  const shaped = builder.reshape(y, x.shape)
  const result = isWhole || inputs[1] === undefined ? shaped : scaled(node, shaped, inputs[1], inputs[2])
  if (!wanted[1] && !wanted[2]) return result
  const [mean, variance] = moments(node, x, [...x.shape.keys()].slice(axis))
  const inverse = builder.elementwise([variance], (v) =>
    call("div", constant(mean.type, 1), call("sqrt", call("add", v as Expression, epsilon))),
  )
  // Since they are kept for a training in float32, their type is that.
  return [result, mean, inverse]
}

/** Divided by the root of the mean of squares. */
const rmsNormalization: Operator = (node) => {
  const { builder } = node
  const x = node.input(0)
  const axis = axisOf(node.int("axis", -1), x.shape.length)
  const epsilon = node.float("epsilon", 1e-5)
  const axes = [...x.shape.keys()].slice(axis)
  return widened(node, [x, node.input(1)], (...wide) => {
    const [value, scale] = wide as [Tensor, Tensor]
    const squares = builder.reduce(combine(node, "mul", value, value), "mean", axes)
    return builder.elementwise([value, squares, scale], (a, b, c) =>
      call("mul", call("div", a as Expression, call("sqrt", call("add", b as Expression, epsilon))), c as Expression),
    )
  })
}

const meanVarianceNormalization: Operator = (node) => {
  const { builder } = node
  const x = node.input(0)
  const axes = (node.ints("axes") ?? [0, 2, 3]).map((axis) => axisOf(axis, x.shape.length))
  const [mean, variance] = moments(node, x, axes)
  const normal = builder.elementwise([castTo(node, mean.type, x), mean, variance], (a, b, c) =>
    call("div", call("sub", a as Expression, b as Expression), call("add", call("sqrt", c as Expression), 1e-9)),
  )
  return castTo(node, x.type, normal)
}

/** By the squares of so many neighbouring channels: one more after than before where their number is even. */
const localResponse: Operator = (node) => {
  const x = node.input(0)
  const size = node.int("size")
  const [, channels = 1, ...spatial] = x.shape
  if (!isFloat(x.type)) throw node.broken("has an input of integers")
  if (size < 1 || x.shape.length < 2) throw node.broken("has a size that isn't above 0, or an input without channels")
  const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)].map((one) => Math.min(one, channels))
  const { computed } = tensorTypes[x.type]
  const plane = sizeOf(spatial)
  const number = (value: number) => literal(computed === "double" ? "float64" : "float32", value)
  const body = `
  const int channel = i / ${plane} % ${channels};
  const int first = max(channel - ${before}, 0), last = min(channel + ${after}, ${channels - 1});
  ${computed} sum = 0;
  for (int k = first; k <= last; k++) {
    const ${computed} value = LOAD0(i + (k - channel) * ${plane});
    sum += value * value;
  }
  const ${computed} base = ${number(node.float("bias", 1))} + ${number(node.float("alpha", 1e-4) / size)} * sum;
  STORE0(i, LOAD0(i) / pow(base, ${number(node.float("beta", 0.75))}));`
  const [batch = 1] = x.shape
  const response = {
    ...{ before: before as number, after: after as number, alpha: node.float("alpha", 1e-4) / size },
    ...{ beta: node.float("beta", 0.75), bias: node.float("bias", 1) },
  }
  // Blocks on either side are as far as that kernel looks.
  const inBlocks =
    size <= 2 * blockSize ? localResponseInBlocks({ batch, channels, pixels: plane }, response) : undefined
  return node.builder.custom([x], [{ type: x.type, shape: x.shape }], { body, inBlocks })[0] as Tensor
}

/** Divided by the sum of absolutes, or the root of the sum of squares, along one axis; nothing where that is 0. */
const lpNormalization: Operator = (node) => {
  const { builder } = node
  const x = node.input(0)
  const axis = axisOf(node.int("axis", -1), x.shape.length)
  const power = node.int("p", 2)
  if (power !== 1 && power !== 2) throw node.broken("has a p other than 1 and 2")
  return widened(node, [x], (wide) => {
    const value = wide as Tensor
    const sums = builder.reduce(value, power === 1 ? "sumOfAbsolutes" : "sumOfSquares", [axis])
    return builder.elementwise([value, sums], (a, sum) => {
      const norm = power === 1 ? (sum as Expression) : call("sqrt", sum as Expression)
      return call("div", a as Expression, call("where", call("equal", norm, 0), constant(norm.type, 1), norm))
    })
  })
}

const dropout: Operator = ({ builder, input, wanted }) => {
  const x = input(0)
  return [x, wanted[1] ? builder.elementwiseOf(x.shape, [], () => constant("bool", 1)) : undefined]
}

export const normalisations: OperatorTable = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: instanceNormalization,
  GroupNormalization: groupNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
  SimplifiedLayerNormalization: rmsNormalization,
  MeanVarianceNormalization: meanVarianceNormalization,
  LRN: localResponse,
  LpNormalization: lpNormalization,
  Dropout: dropout,
}
