import { argument } from "../codegen/size-arguments.js"
import { fromNumbers, toNumbers } from "../graph/elements.js"
import { constant } from "../graph/expression.js"
import { axisOf, broadcastShapes, contiguousStrides, sizeOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"
import { checkNotEmpty, indexCode } from "./gather.js"

/** Operators that move elements and compute none. */

const constantNode: Operator = (node) => {
  const { builder } = node
  const tensor = node.tensor("value")
  if (tensor !== undefined) return tensor
  const floats = node.floats("value_floats")
  if (floats !== undefined) return builder.constant("float32", [floats.length], floats)
  const ints = node.ints("value_ints")
  if (ints !== undefined) return builder.constant("int64", [ints.length], fromNumbers("int64", ints))
  if (node.has("value_int")) return builder.constant("int64", [], fromNumbers("int64", [node.int("value_int")]))
  return builder.constant("float32", [], [node.float("value_float")])
}

const shape: Operator = (node) => {
  const { builder, input } = node
  const lengths = input(0).shape.slice(node.int("start", 0), node.has("end") ? node.int("end") : undefined)
  return builder.constant("int64", [lengths.length], fromNumbers("int64", lengths))
}

const reshape: Operator = async (node) => {
  const { builder, input, version } = node
  const x = input(0)
  const asked = version < 5 ? node.ints("shape") : await node.integers(1)
  if (asked === undefined) throw node.broken("has no shape")
  const zeroIsZero = node.int("allowzero", 0) === 1
  const lengths = asked.map((length, axis) => (length === 0 && !zeroIsZero ? (x.shape[axis] ?? 0) : length))
  const known = sizeOf(lengths.filter((length) => length !== -1))
  const inferred = lengths.map((length) => (length === -1 ? (known === 0 ? 0 : x.size / known) : length))
  if (sizeOf(inferred) !== x.size || inferred.some((length) => !Number.isInteger(length) || length < 0)) {
    throw node.broken("has a shape of another number of elements")
  }
  return builder.reshape(x, inferred)
}

/** Attributes once, and inputs since a version. */
export async function axesOf(node: OperatorCall, since: number, index: number): Promise<number[] | undefined> {
  return node.version < since ? node.ints("axes") : node.integers(index)
}

const squeeze: Operator = async (node) => {
  const x = node.input(0)
  const axes = (await axesOf(node, 13, 1))?.map((axis) => axisOf(axis, x.shape.length))
  const kept = x.shape.filter((length, axis) => (axes === undefined ? length !== 1 : !axes.includes(axis)))
  if (sizeOf(kept) !== x.size) throw node.broken("drops a dimension that isn't of length 1")
  return node.builder.reshape(x, kept)
}

const unsqueeze: Operator = async (node) => {
  const x = node.input(0)
  const given = await axesOf(node, 13, 1)
  if (given === undefined) throw node.broken("has no axes")
  const rank = x.shape.length + given.length
  const axes = new Set(given.map((axis) => axisOf(axis, rank)))
  if (axes.size !== given.length) throw node.broken("has an axis twice")
  const rest = x.shape.values()
  return node.builder.reshape(
    x,
    Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : (rest.next().value as number))),
  )
}

const flatten: Operator = (node) => {
  const x = node.input(0)
  const axis = node.int("axis", 1)
  const split = axis < 0 ? axis + x.shape.length : axis
  return node.builder.reshape(x, [sizeOf(x.shape.slice(0, split)), sizeOf(x.shape.slice(split))])
}

const transpose: Operator = (node) => {
  const x = node.input(0)
  const order = node.ints("perm") ?? [...x.shape.keys()].reverse()
  if (
    order.length !== x.shape.length ||
    new Set(order).size !== order.length ||
    order.some((axis) => axis < 0 || axis >= x.shape.length)
  ) {
    throw node.broken("has a perm that isn't a permutation")
  }
  return node.builder.transpose(x, order)
}

const slice: Operator = async (node) => {
  const { builder, version } = node
  const x = node.input(0)
  const isOld = version < 10
  const starts = isOld ? node.ints("starts") : await node.integers(1)
  const ends = isOld ? node.ints("ends") : await node.integers(2)
  if (starts === undefined || ends === undefined) throw node.broken("has no starts or ends")
  const given = (isOld ? node.ints("axes") : await node.integers(3)) ?? [...starts.keys()]
  const axes = given.map((axis) => axisOf(axis, x.shape.length))
  const steps = (isOld ? undefined : await node.integers(4)) ?? starts.map(() => 1)
  if ([starts, ends, steps].some((list) => list.length !== axes.length) || new Set(axes).size !== axes.length) {
    throw node.broken("has starts, ends, axes or steps that don't fit together")
  }
  const strides = contiguousStrides(x.shape)
  const lengths = [...x.shape]
  let offset = 0
  for (const [index, axis] of axes.entries()) {
    const length = x.shape[axis] as number
    const step = steps[index] as number
    if (!step) throw node.broken("has a step of 0")
    const clamp = (at: number, low: number, high: number) => Math.min(Math.max(at < 0 ? at + length : at, low), high)
    const start = step > 0 ? clamp(starts[index] as number, 0, length) : clamp(starts[index] as number, 0, length - 1)
    const end = step > 0 ? clamp(ends[index] as number, 0, length) : clamp(ends[index] as number, -1, length - 1)
    lengths[axis] = Math.max(0, Math.ceil((end - start) / step))
    if (lengths[axis] > 0) offset += start * (strides[axis] as number)
    strides[axis] = (strides[axis] as number) * step
  }
  return builder.view(x, lengths, offset, strides)
}

const concat: Operator = (node) => {
  const inputs = node.inputs.map((_, index) => node.input(index))
  const [first] = inputs
  if (first === undefined) throw node.broken("has no inputs")
  const axis = axisOf(node.int("axis", 1), first.shape.length)
  const rest = ({ shape }: Tensor) => shape.toSpliced(axis, 1).join()
  const fits = (one: Tensor) =>
    one.type === first.type && one.shape.length === first.shape.length && rest(one) === rest(first)
  if (!inputs.every(fits)) throw node.broken("has inputs that don't fit together")
  return node.builder.concat(inputs, axis)
}

const split: Operator = async (node) => {
  const { builder, version, wanted } = node
  const x = node.input(0)
  const axis = axisOf(node.int("axis", 0), x.shape.length)
  const length = x.shape[axis] as number
  const count = wanted.length
  const given = version < 13 ? node.ints("split") : await node.integers(1)
  const size = Math.ceil(length / count)
  const sizes = given ?? Array.from({ length: count }, (_, index) => Math.max(0, Math.min(size, length - index * size)))
  if (sizes.some((one) => one < 0) || sizes.reduce((sum, one) => sum + one, 0) !== length)
    throw node.broken("has sizes that aren't its input's")
  const strides = contiguousStrides(x.shape)
  let begin = 0
  return sizes.map((one) => {
    const part = builder.view(x, x.shape.with(axis, one), begin * (strides[axis] as number), strides)
    begin += one
    return part
  })
}

const expand: Operator = async (node) => {
  const x = node.input(0)
  const asked = (await node.integers(1)) ?? []
  return node.builder.expand(x, broadcastShapes([x.shape, asked]))
}

const gather: Operator = (node) => {
  const { builder } = node
  const [x, indices] = [node.input(0), node.indices(1)]
  const axis = axisOf(node.int("axis", 0), x.shape.length)
  const length = x.shape[axis] as number
  const lengths = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]
  const inner = sizeOf(x.shape.slice(axis + 1))
  checkNotEmpty(node, x, sizeOf(lengths))
  const known = gatherKnown(x, indices, axis, lengths)
  if (known !== undefined) return builder.constant(x.type, lengths, known)
  const [result] = builder.custom([x, indices], [{ type: x.type, shape: lengths }], {
    body: `
  const int size = ${argument(inner)}, count = ${argument(indices.size)}, rest = i / size;
${indexCode("index", "LOAD1(rest % count)", length)}
  STORE0(i, LOAD0((rest / count * indexend + index) * size + i % size));`,
  })
  return result as Tensor
}

function gatherKnown(x: Tensor, indices: Tensor, axis: number, shape: readonly number[]) {
  if (x.elements === undefined || indices.elements === undefined || sizeOf(shape) > 4096) return undefined
  const from = x.elements
  const length = x.shape[axis] as number
  const inner = sizeOf(x.shape.slice(axis + 1))
  const outer = sizeOf(x.shape.slice(0, axis))
  const at = toNumbers(indices.elements).map((index) =>
    Math.max(0, Math.min(index < 0 ? index + length : index, length - 1)),
  )
  return Array.from({ length: outer }, (_, before) =>
    at.flatMap((index) => from.slice((before * length + index) * inner, (before * length + index + 1) * inner)),
  ).flat()
}

const constantOfShape: Operator = async (node) => {
  const lengths = (await node.integers(0)) ?? []
  const value = node.tensor("value")
  const type = value?.type ?? "float32"
  return node.builder.elementwiseOf(lengths, [], () => constant(type, value?.elements?.[0] ?? 0))
}

export const movement: OperatorTable = {
  Constant: constantNode,
  Shape: shape,
  Size: ({ builder, input }) => builder.constant("int64", [], fromNumbers("int64", [input(0).size])),
  Reshape: reshape,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Flatten: flatten,
  Transpose: transpose,
  Slice: slice,
  Concat: concat,
  Split: split,
  Expand: expand,
  Gather: gather,
  ConstantOfShape: constantOfShape,
}
