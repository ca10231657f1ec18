import { argument } from "../codegen/size-arguments.js"
import { call, cast, type Expression } from "../graph/expression.js"
import { axisOf, contiguousStrides, sizeOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"

/** Operators that keep some elements: only how many there are is read back, for the result's shape. */

/** Indices of those of `flags`, a list, that aren't 0. */
async function placesOf({ builder }: OperatorCall, flags: Tensor): Promise<Tensor> {
  const ones = builder.elementwise([flags], (flag) => cast("int64", cast("bool", flag as Expression)))
  const [sum] = await builder.elements(builder.reduce(ones, "sum", [0]), [ones])
  const count = Number(sum)
  if (count === 0) return builder.constant("int64", [0], [])
  const [places] = builder.custom([ones], [{ type: "int64", shape: [count] }], {
    items: 1,
    body: `
  int to = 0;
  for (int n = 0; n < ${argument(flags.size)} && to < ${argument(count)}; n++) if (LOAD0(n) != 0) STORE0(to++, n);`,
  })
  return places as Tensor
}

const nonZero: Operator = async (node) => {
  const { builder } = node
  const x = node.input(0)
  const rank = x.shape.length
  const places = await placesOf(node, builder.reshape(x, [x.size]))
  const strides = builder.constant(
    "int64",
    [rank, 1],
    contiguousStrides(x.shape).map((stride) => BigInt(Math.max(1, stride))),
  )
  const lengths = builder.constant(
    "int64",
    [rank, 1],
    x.shape.map((length) => BigInt(Math.max(1, length))),
  )
  return builder.elementwise([places, strides, lengths], (place, stride, length) =>
    call("mod", call("div", place as Expression, stride as Expression), length as Expression),
  )
}

const compress: Operator = async (node) => {
  const { builder } = node
  const given = node.input(0)
  const x = node.has("axis") ? given : builder.reshape(given, [given.size])
  const axis = axisOf(node.int("axis", 0), x.shape.length)
  const length = x.shape[axis] as number
  const condition = node.input(1)
  const flags = builder.view(condition, [Math.min(length, condition.size)], 0, [1])
  const places = await placesOf(node, flags)
  const shape = x.shape.with(axis, places.size)
  const inner = sizeOf(x.shape.slice(axis + 1))
  const [result] = builder.custom([x, places], [{ type: x.type, shape }], {
    body: `
  const int size = ${argument(inner)}, count = ${argument(places.size)}, length = ${argument(length)};
  const int rest = i / size, index = clamp((int)LOAD1(rest % count), 0, length - 1);
  STORE0(i, LOAD0((rest / count * length + index) * size + i % size));`,
  })
  return result as Tensor
}

export const compaction: OperatorTable = { NonZero: nonZero, Compress: compress }
