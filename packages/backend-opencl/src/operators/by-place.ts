import { call, cast, constant, coordinate, type Expression } from "../graph/expression.js"
import { axisOf } from "../graph/shape.js"
import { typeNamed } from "./arithmetic.js"
import type { Operator, OperatorTable } from "./call.js"

/** Operators whose results depend on where an element is. */

/** The coordinate in int64, in which nothing that a model says overflows. */
const place = (axis: number) => cast("int64", coordinate(axis))

/** @param values two: for where it isn't, and for where it is */
const oneHot: Operator = async (node) => {
  const { builder } = node
  const [indices, values] = [node.input(0), node.input(2)]
  const [depth] = (await node.integers(1)) ?? []
  if (depth === undefined || depth < 0 || values.size !== 2) throw node.broken("has a depth or values of another kind")
  const axis = axisOf(node.int("axis", -1), indices.shape.length + 1)
  const shape = indices.shape.toSpliced(axis, 0, depth)
  const apart = builder.reshape(indices, indices.shape.toSpliced(axis, 0, 1))
  const flat = builder.reshape(values, [2])
  const [off, on] = [builder.view(flat, [], 0, []), builder.view(flat, [], 1, [])]
  return builder.elementwiseOf(shape, [apart, off, on], (index, no, yes) => {
    const given = cast("int64", index as Expression)
    const positive = call("where", call("less", given, 0), call("add", given, depth), given)
    return call("where", call("equal", positive, place(axis)), yes as Expression, no as Expression)
  })
}

const eyeLike: Operator = (node) => {
  const x = node.input(0)
  if (x.shape.length !== 2) throw node.broken("has an input that isn't a matrix")
  const type = node.has("dtype") ? typeNamed(node, "dtype") : x.type
  return node.builder.elementwiseOf(x.shape, [], () =>
    cast(type, call("equal", call("add", place(0), node.int("k", 0)), place(1))),
  )
}

const trilu: Operator = (node) => {
  const { builder, inputs } = node
  const x = node.input(0)
  const rank = x.shape.length
  if (rank < 2 || (inputs[1]?.size ?? 1) !== 1)
    throw node.broken("has an input that isn't a matrix, or more than one k")
  const k = inputs[1] === undefined ? builder.constant("int64", [], [0n]) : builder.reshape(inputs[1], [])
  const test = node.int("upper", 1) === 1 ? "greaterOrEqual" : "lessOrEqual"
  return builder.elementwiseOf(x.shape, [x, k], (value, diagonal) => {
    const isKept = call(test, call("sub", place(rank - 1), place(rank - 2)), cast("int64", diagonal as Expression))
    return call("where", isKept, value as Expression, 0)
  })
}

const range: Operator = async (node) => {
  const { builder } = node
  const inputs = [node.input(0), node.input(1), node.input(2)] as const
  const [start, limit, delta] = (await Promise.all(inputs.map((input) => builder.elements(input)))).map(
    ([first]) => first,
  )
  if (start === undefined || limit === undefined || delta === undefined || Number(delta) === 0) {
    throw node.broken("has no numbers, or a step of 0")
  }
  const count = Math.max(0, Math.ceil((Number(limit) - Number(start)) / Number(delta)))
  const [first, , step] = inputs.map((input) => builder.reshape(input, [])) as [
    (typeof inputs)[0],
    unknown,
    (typeof inputs)[0],
  ]
  return builder.elementwiseOf([count], [first, step], (begin, by) => {
    const [a, b] = [begin as Expression, by as Expression]
    return call("add", a, call("mul", cast(a.type, coordinate(0)), b))
  })
}

/** sum of a[n] * cos(2 pi n k / N) */
const cosineWindow =
  (...amplitudes: readonly number[]): Operator =>
  async (node) => {
    const [size] = (await node.integers(0)) ?? []
    if (size === undefined || size < 0) throw node.broken("has no size")
    const type = typeNamed(node, "output_datatype", "float32")
    const period = node.int("periodic", 1) === 1 ? size : size - 1
    return node.builder.elementwiseOf([size], [], () => {
      const turn = call("mul", cast("float32", coordinate(0)), (2 * Math.PI) / Math.max(1, period))
      const terms = amplitudes.map((amplitude, n) =>
        n === 0 ? constant("float32", amplitude) : call("mul", call("cos", call("mul", turn, n)), amplitude),
      )
      return cast(
        type,
        terms.reduce((sum, term) => call("add", sum, term)),
      )
    })
  }

export const byPlace: OperatorTable = {
  OneHot: oneHot,
  EyeLike: eyeLike,
  Trilu: trilu,
  Range: range,
  HannWindow: cosineWindow(0.5, -0.5),
  HammingWindow: cosineWindow(25 / 46, -21 / 46),
  BlackmanWindow: cosineWindow(0.42, -0.5, 0.08),
}
