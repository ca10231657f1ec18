import { cast, type Expression } from "../graph/expression.js"
import type { Tensor } from "../graph/tensor.js"
import { isFloat, type TensorType } from "../graph/tensor-type.js"
import type { OperatorCall } from "./call.js"

/** The type that sums of elements of `type` are computed in: small floats, and integers, as float32. */
export const sumTypeOf = (type: TensorType): TensorType => (type === "float64" ? type : "float32")

/** As another type; the same tensor where it has it. */
export function castTo({ builder }: Pick<OperatorCall, "builder">, type: TensorType, x: Tensor): Tensor {
  return x.type === type ? x : builder.elementwise([x], (value) => cast(type, value as Expression))
}

/** Computes with float32 in place of smaller floats, so that what lies between is rounded less, and too large later. */
export function widened(
  node: Pick<OperatorCall, "builder">,
  inputs: readonly Tensor[],
  compute: (...wide: readonly Tensor[]) => Tensor,
): Tensor {
  const type = inputs[0]?.type ?? "float32"
  const wide = isFloat(type) ? sumTypeOf(type) : type
  return castTo(node, type, compute(...inputs.map((input) => castTo(node, wide, input))))
}
