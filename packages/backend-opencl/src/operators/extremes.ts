import { argument } from "../codegen/size-arguments.js"
import { call, cast, coordinate, type Expression } from "../graph/expression.js"
import { axisOf, contiguousStrides, sizeOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import { isFloat, tensorTypes } from "../graph/tensor-type.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"

/** Operators that look for the largest or the smallest along an axis. */

/** Where it is along `axis`, which stays with length 1; a NaN is both the largest and the smallest. */
function placeOfExtreme(node: OperatorCall, x: Tensor, axis: number, sign: ">" | "<", last: boolean): Tensor {
  const length = x.shape[axis] as number
  const shape = x.shape.with(axis, 1)
  if (length === 0 && sizeOf(shape) > 0) throw node.broken("looks for the largest of nothing")
  const stride = contiguousStrides(x.shape)[axis] as number
  const orNaN = isFloat(x.type) ? " || (value != value && best == best)" : ""
  const tie = last
    ? isFloat(x.type)
      ? " || value == best || (value != value && best != best)"
      : " || value == best"
    : ""
  const { computed } = tensorTypes[x.type]
  const [result] = node.builder.custom([x], [{ type: "int64", shape }], {
    body: `
  const int stride = ${argument(stride)}, length = ${argument(length)};
  const int begin = i / stride * stride * length + i % stride;
  ${computed} best = LOAD0(begin);
  int place = 0;
  for (int k = 1; k < length; k++) {
    const ${computed} value = LOAD0(begin + k * stride);
    if (value ${sign} best${orNaN}${tie}) {
      best = value;
      place = k;
    }
  }
  STORE0(i, place);`,
  })
  return result as Tensor
}

const placeOf =
  (sign: ">" | "<"): Operator =>
  (node) => {
    const x = node.input(0)
    const axis = axisOf(node.int("axis", 0), x.shape.length)
    const places = placeOfExtreme(node, x, axis, sign, node.int("select_last_index", 0) === 1)
    return node.int("keepdims", 1) === 1 ? places : node.builder.reshape(places, x.shape.toSpliced(axis, 1))
  }

/** Before version 13 the input was first made a matrix, of which each row has its one. */
const hardmax: Operator = (node) => {
  const { builder, version } = node
  const x = node.input(0)
  const axis = axisOf(node.int("axis", version < 13 ? 1 : -1), x.shape.length)
  const rows = sizeOf(x.shape.slice(0, axis))
  const shaped = version < 13 ? builder.reshape(x, [rows, sizeOf(x.shape.slice(axis))]) : x
  const along = version < 13 ? 1 : axis
  const places = placeOfExtreme(node, shaped, along, ">", false)
  const hard = builder.elementwiseOf(shaped.shape, [places], (place) =>
    cast(x.type, call("equal", place as Expression, cast("int64", coordinate(along)))),
  )
  return builder.reshape(hard, x.shape)
}

/** Each work-item has a line along the axis. */
const cumulativeSum: Operator = async (node) => {
  const { builder } = node
  const x = node.input(0)
  const axis = axisOf((await node.integers(1))?.[0] ?? 0, x.shape.length)
  const length = x.shape[axis] as number
  const stride = contiguousStrides(x.shape)[axis] as number
  const isReverse = node.int("reverse", 0) === 1
  const before = `STORE0(at, sum);\n    sum += LOAD0(at);`
  const after = `sum += LOAD0(at);\n    STORE0(at, sum);`
  const [result] = builder.custom([x], [x], {
    items: x.size / Math.max(1, length),
    body: `
  const int stride = ${argument(stride)}, length = ${argument(length)};
  const int begin = i / stride * stride * length + i % stride;
  ${tensorTypes[x.type].computed} sum = 0;
  for (int k = 0; k < length; k++) {
    const int at = begin + ${isReverse ? "(length - 1 - k)" : "k"} * stride;
    ${node.int("exclusive", 0) === 1 ? before : after}
  }`,
  })
  return result as Tensor
}

export const extremes: OperatorTable = {
  ArgMax: placeOf(">"),
  ArgMin: placeOf("<"),
  Hardmax: hardmax,
  CumSum: cumulativeSum,
}
