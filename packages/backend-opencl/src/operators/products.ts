import { call, type Expression } from "../graph/expression.js"
import { broadcastShapes } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"

/** Products of matrices. */

const gemm: Operator = (node) => {
  const { builder, inputs } = node
  const [left, right] = (["transA", "transB"] as const).map((name, index) =>
    node.int(name, 0) === 1 && node.input(index).shape.length === 2
      ? builder.transposeMatrices(node.input(index))
      : node.input(index),
  ) as [Tensor, Tensor]
  if (left.shape.length !== 2 || right.shape.length !== 2) throw node.broken("has inputs that aren't matrices")
  const product = builder.matmul(left, right)
  const [alpha, beta] = [node.float("alpha", 1), node.float("beta", 1)]
  const scaled = alpha === 1 ? product : builder.elementwise([product], (x) => call("mul", x as Expression, alpha))
  const bias = inputs[2]
  if (bias === undefined) return scaled
  if (broadcastShapes([product.shape, bias.shape]).join() !== product.shape.join())
    throw node.broken("has a bias that doesn't broadcast to its product")
  return builder.elementwise([scaled, bias], (x, b) =>
    call("add", x as Expression, beta === 1 ? (b as Expression) : call("mul", b as Expression, beta)),
  )
}

const matmul: Operator = (node) => product(node, node.input(0), node.input(1))

/** As numpy.matmul has it. */
export function product({ builder, broken }: OperatorCall, a: Tensor, b: Tensor): Tensor {
  if (a.shape.length === 0 || b.shape.length === 0) throw broken("has a scalar")
  // A vector is a matrix of one row, or column, which the result doesn't have.
  const left = a.shape.length === 1 ? builder.reshape(a, [1, a.size]) : a
  const right = b.shape.length === 1 ? builder.reshape(b, [b.size, 1]) : b
  if (left.shape.at(-1) !== right.shape.at(-2)) throw broken("has matrices that don't fit together")
  const result = builder.matmul(left, right)
  const shape = result.shape.filter((_, axis) => {
    const fromEnd = result.shape.length - axis
    return !(fromEnd === 2 && a.shape.length === 1) && !(fromEnd === 1 && b.shape.length === 1)
  })
  return shape.length === result.shape.length ? result : builder.reshape(result, shape)
}

export const products: OperatorTable = {
  Gemm: gemm,
  MatMul: matmul,
}
