import { call, type Expression } from "../graph/expression.js"
import type { ReduceMode } from "../graph/operation.js"
import { contiguousStrides, sizeOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import { isFloat, tensorTypes } from "../graph/tensor-type.js"
import { windowLoops } from "../kernels/window-loops.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"
import { type Window, windowOf } from "./window.js"

/** Operators that make one number of a window, or of a whole picture. */

interface Pooled extends Window {
  readonly x: Tensor
  readonly shape: readonly number[]
}

function pooled(node: OperatorCall): Pooled {
  const x = node.input(0)
  if (x.shape.length < 3) throw node.broken("has an input without spatial dimensions")
  const [batch = 1, channels = 1, ...spatial] = x.shape
  const window = node.ints("kernel_shape")
  if (window === undefined) throw node.broken("has no kernel_shape")
  const found = windowOf(node, spatial, window)
  return { ...found, x, shape: [batch, channels, ...found.sizes] }
}

const averagePool: Operator = (node) => {
  const { x, shape, sizes, ...windows } = pooled(node)
  const countsPadding = node.int("count_include_pad", 0) === 1
  return node.builder.pool(x, shape, { mode: "average", ...windows, countsPadding })
}

const maxPool: Operator = (node) => {
  const { x, shape, sizes, ...windows } = pooled(node)
  if (!node.wanted[1]) return node.builder.pool(x, shape, { mode: "max", ...windows, countsPadding: false })
  const spatial = x.shape.slice(2)
  // Column-major indices count the first spatial dimension fastest.
  const strides =
    node.int("storage_order", 0) === 1
      ? contiguousStrides(spatial.toReversed()).toReversed()
      : contiguousStrides(spatial)
  const place = strides.map((stride, axis) => `x${axis} * ${stride}`).join(" + ")
  const { computed } = tensorTypes[x.type]
  const body = `
  ${computed} largest = 0;
  int found = -1, plane = 0;
  ${windowLoops(
    windows,
    x.shape,
    sizes,
    `plane = rest * ${sizeOf(spatial)};
    const ${computed} value = LOAD0(at);
    if (found < 0 || value > largest || (value != value && largest == largest)) { largest = value; found = ${place}; }`,
  )}
  STORE0(i, largest);
  STORE1(i, plane + max(found, 0));`
  return node.builder.custom(
    [x],
    [
      { type: x.type, shape },
      { type: "int64", shape },
    ],
    { body },
  )
}

const root = (power: number) => (sum: Expression) =>
  power === 1 ? sum : power === 2 ? call("sqrt", sum) : call("pow", sum, 1 / power)

/** Before version 2 it was a float. */
function powerOf(node: OperatorCall): number {
  const power = node.version < 2 ? node.float("p", 2) : node.int("p", 2)
  if (!(power > 0)) throw node.broken("has a p that isn't above 0")
  return power
}

const lpPool: Operator = (node) => {
  const { x, shape, sizes, ...windows } = pooled(node)
  if (!isFloat(x.type)) throw node.broken("has an input of integers")
  const power = powerOf(node)
  const { computed } = tensorTypes[x.type]
  const raised = power === 1 ? "fabs(value)" : power === 2 ? "value * value" : `pow(fabs(value), (${computed})${power})`
  const body = `
  ${computed} sum = 0;
  ${windowLoops(windows, x.shape, sizes, `const ${computed} value = LOAD0(at);\n    sum += ${raised};`)}
  STORE0(i, ${power === 1 ? "sum" : power === 2 ? "sqrt(sum)" : `pow(sum, (${computed})${1 / power})`});`
  return node.builder.custom([x], [{ type: x.type, shape }], { body })[0] as Tensor
}

const spatialAxes = (x: Tensor) => [...x.shape.keys()].slice(2)

const globalPool =
  (mode: ReduceMode): Operator =>
  ({ builder, input }) =>
    builder.reduce(input(0), mode, spatialAxes(input(0)))

const globalLpPool: Operator = (node) => {
  const { builder } = node
  const x = node.input(0)
  const power = powerOf(node)
  const raised = builder.elementwise([x], (value) => call("pow", call("abs", value as Expression), power))
  return builder.elementwise([builder.reduce(raised, "sum", spatialAxes(x))], (sum) => root(power)(sum as Expression))
}

/**
 * Each work-item fills the plane of one channel with zeros, and then puts its own values in. Indices outside of the plane
 * that they come from are left out.
 */
const maxUnpool: Operator = async (node) => {
  const [x, indices] = [node.input(0), node.indices(1)]
  const [batch = 1, channels = 1, ...spatial] = x.shape
  const window = node.ints("kernel_shape") ?? []
  const strides = node.ints("strides") ?? spatial.map(() => 1)
  const pads = node.ints("pads") ?? spatial.flatMap(() => [0, 0])
  if (
    window.length !== spatial.length ||
    strides.length !== spatial.length ||
    pads.length !== 2 * spatial.length ||
    indices.size !== x.size
  ) {
    throw node.broken("has attributes or indices that don't fit its input")
  }
  // What indices count in, whatever size is asked for.
  const pool = spatial.map((length, axis) => {
    const padding = (pads[axis] as number) + (pads[axis + spatial.length] as number)
    return (length - 1) * (strides[axis] as number) + (window[axis] as number) - padding
  })
  const shape = (await node.integers(2)) ?? [batch, channels, ...pool]
  const fits = shape.length === x.shape.length && shape[0] === batch && shape[1] === channels
  if (!fits || [...shape, ...pool].some((length) => length < 0)) {
    throw node.broken("has an output shape that doesn't fit its input")
  }
  const [plane, poolPlane, inputPlane] = [shape.slice(2), pool, spatial].map(sizeOf) as [number, number, number]
  const steps = contiguousStrides(shape.slice(2))
  const places = [...pool.keys()].toReversed().map(
    (axis) => `
    const long c${axis} = index % ${Math.max(1, pool[axis] as number)}; index /= ${Math.max(1, pool[axis] as number)};
    if (c${axis} >= ${shape[axis + 2]}) continue;
    to += (int)c${axis} * ${steps[axis]};`,
  )
  const body = `
  for (int k = 0; k < ${plane}; k++) STORE0(i * ${plane} + k, 0);
  for (int k = 0; k < ${inputPlane}; k++) {
    long index = LOAD1(i * ${inputPlane} + k) - (long)i * ${poolPlane};
    if (index < 0 || index >= ${poolPlane}) continue;
    int to = i * ${plane};${places.join("")}
    STORE0(to, LOAD0(i * ${inputPlane} + k));
  }`
  const [result] = node.builder.custom([x, indices], [{ type: x.type, shape }], { body, items: batch * channels })
  return result as Tensor
}

export const pools: OperatorTable = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  LpPool: lpPool,
  GlobalAveragePool: globalPool("mean"),
  GlobalMaxPool: globalPool("max"),
  GlobalLpPool: globalLpPool,
  MaxUnpool: maxUnpool,
}
