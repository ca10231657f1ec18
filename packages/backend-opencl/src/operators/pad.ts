import { axisOf, contiguousStrides, sizeOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import { padInBlocks } from "../kernels/blocked-resize.js"
import type { KernelCall } from "../kernels/kernel-call.js"
import { coordinates } from "../kernels/plain.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"

/** Operators that put a margin around a tensor, or cut one off. */

const modes = ["constant", "reflect", "edge", "wrap"] as const
type Mode = (typeof modes)[number]

/** OpenCL C: the index of an axis of `length` whose element lies at `at`, which may be outside. Both are variables. */
const source: Readonly<Record<Mode, (at: string, length: string) => string>> = {
  constant: (at) => at,
  edge: (at, length) => `clamp(${at}, 0, ${length} - 1)`,
  wrap: (at, length) => `(int)(((long)${at} % ${length} + ${length}) % ${length})`,
  reflect: (at, length) => `KERNEL_reflected(${at}, ${length})`,
}

const helpers = `
// Forth and back, without the ends twice.
static int KERNEL_reflected(const int at, const int length) {
  const long period = max(1, 2 * (length - 1));
  const long within = ((long)at % period + period) % period;
  return (int)(min(within, period - within) % length);
}
`

/** @param before how much is added before each axis, or cut off where it is negative; `after` likewise */
function padded(
  node: OperatorCall,
  x: Tensor,
  [before, after]: readonly [readonly number[], readonly number[]],
  mode: Mode,
  value: Tensor | undefined,
): Tensor {
  if ([...before, ...after].every((length) => length === 0)) return x
  const shape = x.shape.map((length, axis) => length + (before[axis] as number) + (after[axis] as number))
  const isTooMuch = (cut: number, axis: number) => -cut > (x.shape[axis] as number)
  if (shape.some((length) => length < 0) || before.some(isTooMuch) || after.some(isTooMuch))
    throw node.broken("cuts off more than there is")
  if (x.size === 0 && mode !== "constant" && sizeOf(shape) > 0) throw node.broken("repeats a tensor without elements")
  const { builder } = node
  const strides = contiguousStrides(x.shape)
  const changed = [...shape.keys()].filter((axis) => before[axis] !== 0 || after[axis] !== 0)
  const indices = changed.map((axis) => {
    return `  const int l${axis} = ${x.shape[axis]}, a${axis} = c${axis} - (${before[axis]});
  const int x${axis} = ${source[mode](`a${axis}`, `l${axis}`)};`
  })
  const from = [...shape.keys()].map((axis) => {
    return `${changed.includes(axis) ? "x" : "c"}${axis} * ${strides[axis]}`
  })
  const inside = changed.map((axis) => `x${axis} >= 0 && x${axis} < l${axis}`).join(" && ")
  const filling = mode === "constant" ? value : undefined
  const loaded = `LOAD0(${from.join(" + ")})`
  const [result] = builder.custom([x, ...(filling ? [filling] : [])], [{ type: x.type, shape }], {
    helpers: mode === "reflect" ? helpers : "",
    body: `
  int rest = i;
${coordinates(shape)}
${indices.join("\n")}
  STORE0(i, ${mode === "constant" ? `${inside} ? ${loaded} : ${filling ? "LOAD1(0)" : "0"}` : loaded});`,
    inBlocks: inBlocksOf(x, shape, before, changed, mode),
  })
  return result as Tensor
}

/** For images of which rows and columns are padded. */
function inBlocksOf(
  x: Tensor,
  shape: readonly number[],
  before: readonly number[],
  changed: readonly number[],
  mode: Mode,
): KernelCall | undefined {
  const [batch = 1, channels = 1, ...size] = x.shape
  const isOfImages = (size.length === 1 || size.length === 2) && changed.every((axis) => axis >= 2)
  if (!isOfImages || mode === "constant") return undefined
  const images = { batch, channels, size: pairOf(size, 1), outputSize: pairOf(shape.slice(2), 1) }
  return padInBlocks(images, pairOf(before.slice(2), 0), source[mode], mode === "reflect" ? helpers : "")
}

/** Images of one row have three dimensions. */
const pairOf = (values: readonly number[], missing: number): [number, number] =>
  values.length === 1 ? [missing, values[0] as number] : [values[0] as number, values[1] as number]

const pad: Operator = async (node) => {
  const { builder, version, inputs } = node
  const x = node.input(0)
  const rank = x.shape.length
  const mode = modes.find((one) => one === node.text("mode", "constant"))
  if (mode === undefined) throw node.broken("has a mode that ONNX doesn't have")
  const pads = version < 11 ? node.ints(version < 2 ? "paddings" : "pads") : await node.integers(1)
  const axes = ((await node.integers(3)) ?? [...x.shape.keys()]).map((axis) => axisOf(axis, rank))
  if (pads?.length !== 2 * axes.length || new Set(axes).size !== axes.length) {
    throw node.broken("has pads that don't fit its input")
  }
  const [before, after] = [0, axes.length].map((begin) =>
    x.shape.map((_, axis) => (axes.includes(axis) ? (pads[begin + axes.indexOf(axis)] as number) : 0)),
  ) as [number[], number[]]
  const value = version < 11 ? builder.constant(x.type, [], [node.float("value", 0)]) : inputs[2]
  if (value?.size === 0) throw node.broken("has a value without elements")
  return padded(node, x, [before, after], mode, value)
}

/** Both halves of what is missing or too much are equal, or the second is one larger. */
const centerCropPad: Operator = async (node) => {
  const x = node.input(0)
  const axes = (node.ints("axes") ?? [...x.shape.keys()]).map((axis) => axisOf(axis, x.shape.length))
  const lengths = await node.integers(1)
  if (lengths?.length !== axes.length || lengths.some((length) => length < 0)) {
    throw node.broken("has a shape that doesn't fit its axes")
  }
  const before = x.shape.map(() => 0)
  const after = x.shape.map(() => 0)
  for (const [index, axis] of axes.entries()) {
    const more = (lengths[index] as number) - (x.shape[axis] as number)
    const half = Math.sign(more) * Math.floor(Math.abs(more) / 2)
    before[axis] = half
    after[axis] = more - half
  }
  return padded(node, x, [before, after], "constant", undefined)
}

export const padding: OperatorTable = { Pad: pad, CenterCropPad: centerCropPad }
