import { call, cast, constant, type Expression } from "../graph/expression.js"
import { axisOf, contiguousStrides } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import { isFloat, type TensorType } from "../graph/tensor-type.js"
import { typeNamed } from "./arithmetic.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"
import { convolve } from "./convolutions.js"
import { product } from "./products.js"

/** Operators of integers that stand for `(integer - zero point) * scale`. Products of integers are exact, in int32. */

const ranges: Readonly<Partial<Record<TensorType, readonly [number, number]>>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
}

/** To the nearest integer, ties to even, plus the zero point, within the type's range. */
function saturated(value: Expression, zero: Expression | undefined, type: TensorType): Expression {
  const [low, high] = ranges[type] as readonly [number, number]
  const rounded = call("round", value)
  const moved = zero === undefined ? rounded : call("add", rounded, cast(value.type, zero))
  return cast(type, call("atMost", call("atLeast", moved, low), high))
}

/** A scale or zero point as it broadcasts to `x`: one for all, one for each index of an axis, or one for each block. */
function spread(node: OperatorCall, values: Tensor, x: Tensor): Tensor {
  const { builder } = node
  if (values.size === 1 && values.shape.length <= 1) return builder.reshape(values, [])
  const axis = axisOf(node.int("axis", 1), x.shape.length)
  const length = x.shape[axis] as number
  const block = node.int("block_size", 0)
  if (block === 0) {
    if (values.shape.length !== 1 || values.size !== length) throw node.broken("has scales that don't fit its input")
    return builder.reshape(
      values,
      x.shape.map((_, at) => (at === axis ? length : 1)),
    )
  }
  const blocks = Math.ceil(length / block)
  if (block < 0 || values.shape.join() !== x.shape.with(axis, blocks).join()) {
    throw node.broken("has blocks of scales that don't fit its input")
  }
  const repeated = [...values.shape.slice(0, axis + 1), block, ...values.shape.slice(axis + 1)]
  const strides = contiguousStrides(values.shape)
  const each = builder.view(values, repeated, 0, strides.toSpliced(axis + 1, 0, 0))
  const whole = x.shape.with(axis, blocks * block)
  return builder.view(builder.reshape(each, whole), x.shape, 0, contiguousStrides(whole))
}

const quantize: Operator = (node) => {
  const { builder, inputs } = node
  const [x, scale] = [node.input(0), node.input(1)]
  const zero = inputs[2]
  const type = zero?.type ?? typeNamed(node, "output_dtype", "uint8")
  if (ranges[type] === undefined || !isFloat(scale.type)) throw node.broken("has a type that isn't for it")
  const given = zero === undefined ? [x, scale] : [x, scale, zero]
  const [first, ...rest] = given as [Tensor, ...Tensor[]]
  return builder.elementwise([first, ...rest.map((one) => spread(node, one, x))], (value, factor, point) =>
    saturated(call("div", cast((factor as Expression).type, value as Expression), factor as Expression), point, type),
  )
}

const dequantize: Operator = (node) => {
  const { builder, inputs } = node
  const [x, scale] = [node.input(0), node.input(1)]
  const given = inputs[2] === undefined ? [scale] : [scale, inputs[2]]
  if (!isFloat(scale.type)) throw node.broken("has a scale that isn't a float")
  return builder.elementwise([x, ...given.map((one) => spread(node, one, x))], (value, factor, point) => {
    const { type } = factor as Expression
    const number = cast("float32", value as Expression)
    const moved = point === undefined ? number : call("sub", number, cast("float32", point))
    return cast(type, call("mul", moved, cast("float32", factor as Expression)))
  })
}

const dynamicQuantize: Operator = ({ builder, input }) => {
  const x = input(0)
  const axes = [...x.shape.keys()]
  const extremes = [builder.reduce(x, "max", axes), builder.reduce(x, "min", axes)].map((one) =>
    builder.reshape(one, []),
  )
  const scale = builder.elementwise(extremes, (most, least) => {
    const high = call("atLeast", most as Expression, 0)
    const low = call("atMost", least as Expression, 0)
    const range = call("sub", high, low)
    return call("where", call("equal", range, 0), constant(x.type, 1), call("div", range, 255))
  })
  const zero = builder.elementwise([extremes[1] as Tensor, scale], (least, factor) =>
    saturated(
      call("div", call("neg", call("atMost", least as Expression, 0)), factor as Expression),
      undefined,
      "uint8",
    ),
  )
  const y = builder.elementwise([x, scale, zero], (value, factor, point) =>
    saturated(call("div", value as Expression, factor as Expression), point as Expression, "uint8"),
  )
  return [y, scale, zero]
}

/** In int32, less its zero point, if there is one. */
function centred({ builder }: OperatorCall, x: Tensor, zero: Tensor | undefined): Tensor {
  if (zero === undefined) return builder.elementwise([x], (value) => cast("int32", value as Expression))
  return builder.elementwise([x, zero], (value, point) =>
    call("sub", cast("int32", value as Expression), cast("int32", point as Expression)),
  )
}

/** What belongs to rows of a matrix, given as a list of them. */
const alongRows = ({ builder }: OperatorCall, values: Tensor | undefined): Tensor | undefined =>
  values?.shape.length === 1 && values.size > 1 ? builder.reshape(values, [values.size, 1]) : one(builder, values)

/** What belongs to maps of a convolution, of its weights or, without the batch, of its result. */
const alongMaps = ({ builder }: OperatorCall, values: Tensor | undefined, rank: number): Tensor | undefined =>
  values?.shape.length === 1 && values.size > 1
    ? builder.reshape(values, [values.size, ...new Array<number>(rank - 1).fill(1)])
    : one(builder, values)

/** A list of one is for all. */
const one = (builder: OperatorCall["builder"], values: Tensor | undefined) =>
  values?.shape.length === 1 && values.size === 1 ? builder.reshape(values, []) : values

/** An int32 times the scales of both operands, divided by that of the result. */
function requantised(
  { builder }: OperatorCall,
  sums: Tensor,
  scales: readonly [Tensor, Tensor, Tensor],
  zero: Tensor,
): Tensor {
  return builder.elementwise([sums, ...scales, zero], (sum, a, b, y, point) => {
    const float = (value: Expression | undefined) => cast("float32", value as Expression)
    const factor = call("div", call("mul", float(a), float(b)), float(y))
    return saturated(call("mul", float(sum), factor), point, zero.type)
  })
}

function checkRange(node: OperatorCall, ...given: readonly Tensor[]): void {
  if (given.some(({ type }) => ranges[type] === undefined)) throw node.broken("has a type that isn't for it")
}

const qLinearConv: Operator = (node) => {
  const [x, weights, zero] = [node.input(0), node.input(3), node.input(7)]
  checkRange(node, x, weights, zero)
  const rank = weights.shape.length
  const sums = convolve(
    node,
    centred(node, x, one(node.builder, node.input(2))),
    centred(node, weights, alongMaps(node, node.input(5), rank)),
    node.inputs[8],
  )
  const scales = [
    one(node.builder, node.input(1)),
    alongMaps(node, node.input(4), rank - 1),
    one(node.builder, node.input(6)),
  ]
  return requantised(node, sums, scales as [Tensor, Tensor, Tensor], one(node.builder, zero) as Tensor)
}

const convInteger: Operator = (node) => {
  const { inputs, builder } = node
  const [x, weights] = [node.input(0), node.input(1)]
  checkRange(node, x, weights)
  return convolve(
    node,
    centred(node, x, one(builder, inputs[2])),
    centred(node, weights, alongMaps(node, inputs[3], weights.shape.length)),
    undefined,
  )
}

const matMulInteger: Operator = (node) => {
  const { inputs, builder } = node
  const [a, b] = [node.input(0), node.input(1)]
  checkRange(node, a, b)
  return product(node, centred(node, a, alongRows(node, inputs[2])), centred(node, b, one(builder, inputs[3])))
}

const qLinearMatMul: Operator = (node) => {
  const { builder } = node
  const [a, b, zero] = [node.input(0), node.input(3), node.input(7)]
  checkRange(node, a, b, zero)
  const sums = product(
    node,
    centred(node, a, alongRows(node, node.input(2))),
    centred(node, b, one(builder, node.input(5))),
  )
  const scales = [alongRows(node, node.input(1)), one(builder, node.input(4)), alongRows(node, node.input(6))]
  return requantised(node, sums, scales as [Tensor, Tensor, Tensor], alongRows(node, zero) as Tensor)
}

export const quantised: OperatorTable = {
  QuantizeLinear: quantize,
  DequantizeLinear: dequantize,
  DynamicQuantizeLinear: dynamicQuantize,
  QLinearConv: qLinearConv,
  ConvInteger: convInteger,
  MatMulInteger: matMulInteger,
  QLinearMatMul: qLinearMatMul,
}
