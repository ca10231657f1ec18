import { call, constant, type Expression } from "../graph/expression.js"
import type { ReduceMode } from "../graph/operation.js"
import { axisOf, sizeOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"
import { axesOf } from "./movement.js"

/** Operators that networks spend their time in. */

interface Window {
  readonly window: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly pads: readonly number[]
  /** The result's spatial sizes. */
  readonly sizes: readonly number[]
}

/** Strides, dilations and pads as attributes give them, auto_pad included. */
export function windowOf(node: OperatorCall, spatial: readonly number[], window: readonly number[]): Window {
  const all = (value: number) => spatial.map(() => value)
  const strides = node.ints("strides") ?? all(1)
  const dilations = node.ints("dilations") ?? all(1)
  const mode = node.text("auto_pad", "NOTSET")
  const ceil = node.int("ceil_mode", 0) === 1
  const given = node.ints("pads") ?? [...all(0), ...all(0)]
  if ([strides, dilations].some((list) => list.length !== spatial.length || list.some((one) => one < 1))) {
    throw node.broken("has strides or dilations that don't fit its input")
  }
  if (given.length !== 2 * spatial.length || window.length !== spatial.length || window.some((one) => one < 1)) {
    throw node.broken("has pads or a window that don't fit its input")
  }
  const reach = window.map((length, axis) => (length - 1) * (dilations[axis] as number) + 1)
  const begins: number[] = []
  const ends: number[] = []
  const sizes = spatial.map((length, axis) => {
    const stride = strides[axis] as number
    if (mode === "SAME_UPPER" || mode === "SAME_LOWER") {
      const size = Math.ceil(length / stride)
      const missing = Math.max(0, (size - 1) * stride + (reach[axis] as number) - length)
      const before = mode === "SAME_UPPER" ? Math.floor(missing / 2) : Math.ceil(missing / 2)
      begins.push(before)
      ends.push(missing - before)
      return size
    }
    const [before, after] = mode === "VALID" ? [0, 0] : [given[axis] as number, given[axis + spatial.length] as number]
    begins.push(before)
    ends.push(after)
    const free = length + before + after - (reach[axis] as number)
    if (free < 0) throw node.broken("has a window that is larger than its input")
    const size = (ceil ? Math.ceil(free / stride) : Math.floor(free / stride)) + 1
    // A window that begins after the input and its padding is left out.
    return ceil && (size - 1) * stride >= length + before ? size - 1 : size
  })
  return { window, strides, dilations, pads: [...begins, ...ends], sizes }
}

const convolution: Operator = (node) => {
  const { builder, inputs } = node
  const [x, weights] = [node.input(0), node.input(1)]
  const groups = node.int("group", 1)
  const [batch = 1, channels = 1, ...spatial] = x.shape
  const [maps = 1, perGroup = 1, ...kernel] = weights.shape
  if (perGroup * groups !== channels || maps % groups !== 0) throw node.broken("has weights that don't fit its input")
  const { strides, dilations, pads, sizes } = windowOf(node, spatial, kernel)
  const given = [x, weights, inputs[2]].filter((input): input is Tensor => input !== undefined)
  return builder.convolution(given, [batch, maps, ...sizes], { groups, strides, dilations, pads })
}

const pool =
  (mode: "max" | "average"): Operator =>
  (node) => {
    const x = node.input(0)
    const [batch = 1, channels = 1, ...spatial] = x.shape
    const window = node.ints("kernel_shape")
    if (window === undefined) throw node.broken("has no kernel_shape")
    const { sizes, ...rest } = windowOf(node, spatial, window)
    const countsPadding = mode === "average" && node.int("count_include_pad", 0) === 1
    return node.builder.pool(x, [batch, channels, ...sizes], { mode, ...rest, countsPadding })
  }

const globalPool =
  (mode: ReduceMode): Operator =>
  ({ builder, input }) =>
    builder.reduce(input(0), mode, [...input(0).shape.keys()].slice(2))

const batchNormalization: Operator = (node) => {
  const { builder, input } = node
  const x = input(0)
  const perChannel = (index: number) =>
    builder.reshape(input(index), [input(index).size, ...x.shape.slice(2).map(() => 1)])
  const epsilon = node.float("epsilon", 1e-5)
  const [scale, bias, mean, variance] = [1, 2, 3, 4].map(perChannel) as [Tensor, Tensor, Tensor, Tensor]
  const factor = builder.elementwise([scale, variance], (a, b) =>
    call("div", a as Expression, call("sqrt", call("add", b as Expression, epsilon))),
  )
  const shift = builder.elementwise([bias, mean, factor], (a, b, c) =>
    call("sub", a as Expression, call("mul", b as Expression, c as Expression)),
  )
  return builder.elementwise([x, factor, shift], (a, b, c) =>
    call("add", call("mul", a as Expression, b as Expression), c as Expression),
  )
}

const gemm: Operator = (node) => {
  const { builder, inputs } = node
  const [left, right] = (["transA", "transB"] as const).map((name, index) =>
    node.int(name, 0) === 1 ? builder.transpose(node.input(index), [1, 0]) : node.input(index),
  ) as [Tensor, Tensor]
  const product = builder.matmul(left, right)
  const [alpha, beta] = [node.float("alpha", 1), node.float("beta", 1)]
  const scaled = alpha === 1 ? product : builder.elementwise([product], (x) => call("mul", x as Expression, alpha))
  const bias = inputs[2]
  if (bias === undefined) return scaled
  return builder.elementwise([scaled, bias], (x, b) =>
    call("add", x as Expression, beta === 1 ? (b as Expression) : call("mul", b as Expression, beta)),
  )
}

const matmul: Operator = ({ builder, input, broken }) => {
  const [a, b] = [input(0), input(1)]
  if (a.shape.length === 0 || b.shape.length === 0) throw broken("has a scalar")
  // A vector is a matrix of one row, or column, which the result doesn't have.
  const left = a.shape.length === 1 ? builder.reshape(a, [1, a.size]) : a
  const right = b.shape.length === 1 ? builder.reshape(b, [b.size, 1]) : b
  if (left.shape.at(-1) !== right.shape.at(-2)) throw broken("has matrices that don't fit together")
  const product = builder.matmul(left, right)
  const shape = product.shape.filter((_, axis) => {
    const fromEnd = product.shape.length - axis
    return !(fromEnd === 2 && a.shape.length === 1) && !(fromEnd === 1 && b.shape.length === 1)
  })
  return shape.length === product.shape.length ? product : builder.reshape(product, shape)
}

/** Before version 13 the input was first made a matrix, of which each row is one. */
const softmax =
  (isLogarithm: boolean): Operator =>
  (node) => {
    const { builder, version } = node
    const x = node.input(0)
    const axis = axisOf(node.int("axis", version < 13 ? 1 : -1), x.shape.length)
    if (version < 13) {
      const rows = sizeOf(x.shape.slice(0, axis))
      return builder.reshape(builder.softmax(builder.reshape(x, [rows, x.size / rows]), isLogarithm), x.shape)
    }
    return onLastAxis(node, x, axis, (moved) => builder.softmax(moved, isLogarithm))
  }

/** Moves `axis` to the end, computes, and moves it back. */
export function onLastAxis(
  { builder }: OperatorCall,
  x: Tensor,
  axis: number,
  compute: (moved: Tensor) => Tensor,
): Tensor {
  const last = x.shape.length - 1
  if (axis === last) return compute(x)
  const order = [...x.shape.keys()].filter((one) => one !== axis)
  const back = [...order.keys()]
  back.splice(axis, 0, last)
  return builder.transpose(compute(builder.transpose(x, [...order, axis])), back)
}

const reduce =
  (mode: ReduceMode, since = 18): Operator =>
  async (node) => {
    const { builder } = node
    const x = node.input(0)
    const given = await axesOf(node, since, 1)
    if ((given === undefined || given.length === 0) && node.int("noop_with_empty_axes", 0) === 1) return x
    const axes = given?.length ? given.map((axis) => axisOf(axis, x.shape.length)) : [...x.shape.keys()]
    const reduced = builder.reduce(x, mode, axes)
    if (node.int("keepdims", 1) === 1) return reduced
    return builder.reshape(
      reduced,
      x.shape.filter((_, axis) => !axes.includes(axis)),
    )
  }

const layerNormalization: Operator = (node) => {
  const { builder, inputs } = node
  const x = node.input(0)
  const axis = axisOf(node.int("axis", -1), x.shape.length)
  const rows = sizeOf(x.shape.slice(0, axis))
  const flat = (tensor: Tensor) => builder.reshape(tensor, [tensor.size])
  const given = [inputs[1], inputs[2]].filter((input): input is Tensor => input !== undefined).map(flat)
  const normal = builder.layerNorm([builder.reshape(x, [rows, x.size / rows]), ...given], node.float("epsilon", 1e-5))
  return builder.reshape(normal, x.shape)
}

const dropout: Operator = ({ builder, input, wanted }) => {
  const x = input(0)
  return [x, wanted[1] ? builder.elementwiseOf(x.shape, [], () => constant("bool", 1)) : undefined]
}

export const networks: OperatorTable = {
  Conv: convolution,
  MaxPool: pool("max"),
  AveragePool: pool("average"),
  GlobalAveragePool: globalPool("mean"),
  GlobalMaxPool: globalPool("max"),
  BatchNormalization: batchNormalization,
  Gemm: gemm,
  MatMul: matmul,
  Softmax: softmax(false),
  LogSoftmax: softmax(true),
  ReduceSum: reduce("sum", 13),
  ReduceMean: reduce("mean"),
  ReduceMax: reduce("max"),
  ReduceMin: reduce("min"),
  ReduceProd: reduce("product"),
  LayerNormalization: layerNormalization,
  Dropout: dropout,
}
