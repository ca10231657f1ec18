import { axisOf, sizeOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"

/** Before version 13 the input was first made a matrix, of which each row is one. */
const softmax =
  (isLogarithm: boolean): Operator =>
  (node) => {
    const { builder, version } = node
    const x = node.input(0)
    const axis = axisOf(node.int("axis", version < 13 ? 1 : -1), x.shape.length)
    if (version < 13) {
      const rows = sizeOf(x.shape.slice(0, axis))
      return builder.reshape(
        builder.softmax(builder.reshape(x, [rows, rows === 0 ? 1 : x.size / rows]), isLogarithm),
        x.shape,
      )
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

export const softmaxes: OperatorTable = {
  Softmax: softmax(false),
  LogSoftmax: softmax(true),
}
