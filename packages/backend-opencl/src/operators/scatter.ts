import { argument } from "../codegen/size-arguments.js"
import { axisOf, contiguousStrides, sizeOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import { isFloat, tensorTypes } from "../graph/tensor-type.js"
import { coordinates } from "../kernels/plain.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"
import { checkIndices, checkNotEmpty, indexCode, tupleCode } from "./gather.js"

/**
 * Operators that write elements where indices say. Several may be for one place, and they count in their order: so one
 * work-item makes all that may meet. Indices outside are clamped.
 */

/** What becomes of `sum` when `value` comes to the same place. */
function reductionOf(node: OperatorCall, { type }: Tensor): string {
  const [less, more] = isFloat(type)
    ? ["(value < sum || value != value) ? value : sum", "(value > sum || value != value) ? value : sum"]
    : ["min(sum, value)", "max(sum, value)"]
  const combinations: Readonly<Record<string, string>> = {
    none: "value",
    add: type === "bool" ? "sum | value" : "sum + value",
    mul: type === "bool" ? "sum & value" : "sum * value",
    min: less,
    max: more,
  }
  const combination = combinations[node.text("reduction", "none")]
  if (combination === undefined) throw node.broken("has a reduction that ONNX doesn't have")
  return combination
}

/** Statements that fold update number `from` into the result at `to`. */
function foldCode(x: Tensor, combination: string): string {
  const { computed } = tensorTypes[x.type]
  return `
    const ${computed} sum = READ0(to), value = LOAD2(from);
    STORE0(to, ${combination});`
}

/** Work-items are of lines along the axis: what one writes, no other does. */
const scatterElements: Operator = (node) => {
  const [x, indices, updates] = [node.input(0), node.indices(1), node.input(2)]
  const axis = axisOf(node.int("axis", 0), x.shape.length)
  checkIndices(node, x, indices, axis)
  checkUpdates(node, x, updates, indices.shape)
  checkNotEmpty(node, x, indices.size)
  const [strides, indexStrides] = [contiguousStrides(x.shape), contiguousStrides(indices.shape)]
  const lines = x.shape.with(axis, 1)
  const length = x.shape[axis] as number
  const sum = (of: readonly number[]) => of.map((stride, at) => ` + c${at} * ${argument(stride)}`).join("")
  const inside = lines
    .flatMap((_, at) => (at === axis ? [] : [`c${at} < ${argument(indices.shape[at] as number)}`]))
    .join(" && ")
  const [result] = node.builder.custom([x, indices, updates], [x], {
    items: sizeOf(lines),
    body: `
  int rest = i;
${coordinates(lines, argument)}
  const int begin = 0${sum(strides)}, stride = ${argument(strides[axis] as number)};
  for (int k = 0; k < ${argument(length)}; k++) STORE0(begin + k * stride, LOAD0(begin + k * stride));
  if (!(${inside || "1"})) return;
  for (int k = 0; k < ${argument(indices.shape[axis] as number)}; k++) {
    const int from = k * ${argument(indexStrides[axis] as number)}${sum(indexStrides)};${indexCode("index", "LOAD1(from)", length)}
    const int to = begin + index * stride;${foldCode(x, reductionOf(node, x))}
  }`,
  })
  return result as Tensor
}

function checkUpdates(node: OperatorCall, x: Tensor, updates: Tensor, shape: readonly number[]): void {
  if (updates.type === x.type && updates.shape.join() === shape.join()) return
  throw node.broken("has updates that don't fit its indices")
}

/** Work-items are of elements of what each tuple of indices points at. */
const scatterND: Operator = (node) => {
  const [x, indices, updates] = [node.input(0), node.indices(1), node.input(2)]
  const depth = indices.shape.at(-1) ?? 0
  if (indices.shape.length === 0 || depth > x.shape.length) throw node.broken("has indices that don't fit its input")
  const slice = x.shape.slice(depth)
  checkUpdates(node, x, updates, [...indices.shape.slice(0, -1), ...slice])
  checkNotEmpty(node, x, updates.size)
  const inner = sizeOf(slice)
  const tuples = sizeOf(indices.shape.slice(0, -1))
  const [result] = node.builder.custom([x, indices, updates], [x], {
    items: inner,
    body: `
  const int size = ${argument(inner)};
  for (int k = i; k < ${argument(x.size)}; k += size) STORE0(k, LOAD0(k));
  for (int tuple = 0; tuple < ${argument(tuples)}; tuple++) {
    int at = i;${tupleCode(x.shape, depth, "LOAD1")}
    const int to = at, from = tuple * size + i;${foldCode(x, reductionOf(node, x))}
  }`,
  })
  return result as Tensor
}

export const scattering: OperatorTable = {
  Scatter: scatterElements,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
}
