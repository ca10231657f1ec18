import { call, type Expression } from "../graph/expression.js"
import { axisOf, contiguousStrides, sizeOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import { isFloat } from "../graph/tensor-type.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"
import { type FourierTransform, fourierSums } from "./fourier-sums.js"
import { widened } from "./small-floats.js"

/** The next to last dimension, of which what is longer than the transform is cut off. */
function transform({ builder }: OperatorCall, x: Tensor, options: FourierTransform): Tensor {
  const outer = x.shape.slice(0, -2)
  const [given = 1, parts = 1] = x.shape.slice(-2)
  const used = Math.min(given, options.length)
  const cut = builder.view(x, [...outer, used, parts], 0, contiguousStrides(x.shape))
  const sums = fourierSums(builder, builder.reshape(cut, [sizeOf(outer), used, parts]), options)
  return builder.reshape(sums, [...outer, options.count, 2])
}

const countOf = (length: number, isOneSided: boolean) => (isOneSided ? Math.floor(length / 2) + 1 : length)

/** The axis was an attribute before version 20. */
const dft: Operator = async (node) => {
  const { builder, version } = node
  const x = node.input(0)
  const rank = x.shape.length
  const [asked] = (await node.integers(1)) ?? []
  const given = version < 20 ? node.int("axis", 1) : ((await node.integers(2))?.[0] ?? -2)
  const axis = axisOf(given, rank)
  const length = asked ?? (x.shape[axis] as number)
  if (axis === rank - 1 || !isFloat(x.type) || length < 1 || (x.shape.at(-1) !== 1 && x.shape.at(-1) !== 2)) {
    throw node.broken("has an axis, a length or an input that it can't transform")
  }
  const count = countOf(length, node.int("onesided", 0) === 1)
  const isInverse = node.int("inverse", 0) === 1
  const order = [...x.shape.keys()].filter((one) => one !== axis)
  order.splice(rank - 2, 0, axis)
  const back = [...x.shape.keys()].map((one) => order.indexOf(one))
  return widened(node, [x], (wide) =>
    builder.transpose(transform(node, builder.transpose(wide as Tensor, order), { length, count, isInverse }), back),
  )
}

const stft: Operator = async (node) => {
  const { builder, inputs } = node
  const signal = node.input(0)
  const x = signal.shape.length === 2 ? builder.reshape(signal, [...signal.shape, 1]) : signal
  const [batch = 1, samples = 1, parts = 1] = x.shape
  const [step = 0] = (await node.integers(1)) ?? []
  const window = inputs[2]
  const length = (await node.integers(3))?.[0] ?? window?.size ?? samples
  if (x.shape.length !== 3 || (parts !== 1 && parts !== 2) || !isFloat(x.type) || step < 1 || length < 1) {
    throw node.broken("has a signal, a step or a length that it can't transform")
  }
  if (window !== undefined && window.shape.length !== 1) throw node.broken("has a window that isn't a list")
  if (length > samples) throw node.broken("has frames that are longer than its signal")
  // A shorter window is one that ends in zeros.
  const used = Math.min(length, window?.size ?? length)
  const frames = 1 + Math.floor((samples - length) / step)
  const count = countOf(length, node.int("onesided", 1) === 1)
  const given = window === undefined ? [x] : [x, window]
  return widened(node, given, (...wide) => {
    const [values, weights] = wide as [Tensor, Tensor?]
    const strides = [samples * parts, step * parts, parts, 1]
    const framed = builder.view(values, [batch, frames, used, parts], 0, strides)
    const weighted =
      weights === undefined
        ? framed
        : builder.elementwise([framed, builder.view(weights, [used, 1], 0, [1, 1])], (a, b) =>
            call("mul", a as Expression, b as Expression),
          )
    return transform(node, weighted, { length, count, isInverse: false })
  })
}

export const fourier: OperatorTable = { DFT: dft, STFT: stft }
