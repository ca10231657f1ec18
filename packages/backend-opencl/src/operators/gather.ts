import { argument } from "../codegen/size-arguments.js"
import { axisOf, contiguousStrides, sizeOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import { coordinates } from "../kernels/plain.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"

/** Operators that read elements where indices say. Indices outside are clamped: nothing else is read. */

/** Statements that declare `name`, an index of an axis of `length`, from its end if it is negative. */
export const indexCode = (name: string, value: string, length: number) => `
  long ${name}given = ${value};
  const int ${name}end = ${argument(length)};
  const int ${name} = (int)clamp(${name}given < 0 ? ${name}given + ${name}end : ${name}given, 0L, (long)${name}end - 1);`

/** @throws StrongroomError where there are indices, and nothing that they could mean */
export function checkNotEmpty(node: OperatorCall, x: Tensor, count: number): void {
  if (x.size === 0 && count > 0) throw node.broken("has indices into a tensor without elements")
}

const gatherElements: Operator = (node) => {
  const [x, indices] = [node.input(0), node.indices(1)]
  const axis = axisOf(node.int("axis", 0), x.shape.length)
  checkIndices(node, x, indices, axis)
  checkNotEmpty(node, x, indices.size)
  const strides = contiguousStrides(x.shape)
  const rest = strides.map((stride, at) => (at === axis ? "" : ` + c${at} * ${argument(stride)}`)).join("")
  const [result] = node.builder.custom([x, indices], [{ type: x.type, shape: indices.shape }], {
    body: `
  int rest = i;
${coordinates(indices.shape, argument)}${indexCode("index", "LOAD1(i)", x.shape[axis] as number)}
  STORE0(i, LOAD0(index * ${argument(strides[axis] as number)}${rest}));`,
  })
  return result as Tensor
}

/** Indices are within the tensor along every axis but their own. */
export function checkIndices(node: OperatorCall, x: Tensor, indices: Tensor, axis: number): void {
  const fits = indices.shape.every((length, at) => at === axis || length <= (x.shape[at] as number))
  if (indices.shape.length !== x.shape.length || !fits) throw node.broken("has indices that don't fit its input")
}

const gatherND: Operator = (node) => {
  const [x, indices] = [node.input(0), node.indices(1)]
  const batches = node.int("batch_dims", 0)
  const depth = indices.shape.at(-1) ?? 0
  const batch = x.shape.slice(0, batches)
  const isFit =
    batches >= 0 && batches < indices.shape.length && batch.every((length, at) => length === indices.shape[at])
  if (!isFit || batches + depth > x.shape.length) throw node.broken("has indices that don't fit its input")
  const shape = [...indices.shape.slice(0, -1), ...x.shape.slice(batches + depth)]
  checkNotEmpty(node, x, sizeOf(shape))
  const inner = sizeOf(x.shape.slice(batches + depth))
  const perBatch = sizeOf(indices.shape.slice(batches, -1))
  const [result] = node.builder.custom([x, indices], [{ type: x.type, shape }], {
    body: `
  const int size = ${argument(inner)}, tuple = i / size;
  int at = tuple / ${argument(perBatch)} * ${argument(sizeOf(x.shape.slice(batches)))} + i % size;${tupleCode(x.shape.slice(batches), depth, "LOAD1")}
  STORE0(i, LOAD0(at));`,
  })
  return result as Tensor
}

/** Adds to `at` where tuple number `tuple` of indices into the first `depth` axes of `shape` points. */
export function tupleCode(shape: readonly number[], depth: number, load: string): string {
  const strides = contiguousStrides(shape)
  const terms = Array.from(
    { length: depth },
    (_, axis) =>
      `${indexCode(`index${axis}`, `${load}(tuple * ${depth} + ${axis})`, shape[axis] as number)}
  at += index${axis} * ${argument(strides[axis] as number)};`,
  )
  return terms.join("")
}

/** Elements of each of some sequences in reverse, as many as its length says; the rest stays. */
const reverseSequence: Operator = (node) => {
  const [x, lengths] = [node.input(0), node.indices(1)]
  const [batch, time] = [
    axisOf(node.int("batch_axis", 1), x.shape.length),
    axisOf(node.int("time_axis", 0), x.shape.length),
  ]
  if (batch === time || lengths.size !== x.shape[batch])
    throw node.broken("has axes or lengths that don't fit its input")
  const stride = contiguousStrides(x.shape)[time] as number
  const [result] = node.builder.custom([x, lengths], [x], {
    body: `
  int rest = i;
${coordinates(x.shape, argument)}
  const int length = (int)clamp((long)LOAD1(c${batch}), 0L, (long)${argument(x.shape[time] as number)});
  const int from = c${time} < length ? length - 1 - c${time} : c${time};
  STORE0(i, LOAD0(i + (from - c${time}) * ${argument(stride)}));`,
  })
  return result as Tensor
}

export const gathering: OperatorTable = {
  GatherElements: gatherElements,
  GatherND: gatherND,
  ReverseSequence: reverseSequence,
}

/** Elements at indices of the last axis. */
const arrayFeatureExtractor: Operator = (node) => {
  const [x, indices] = [node.input(0), node.indices(1)]
  const length = x.shape.at(-1) ?? 1
  const shape = [...(x.shape.length < 2 ? [1] : x.shape.slice(0, -1)), indices.size]
  checkNotEmpty(node, x, sizeOf(shape))
  const [result] = node.builder.custom([x, indices], [{ type: x.type, shape }], {
    body: `${indexCode("index", `LOAD1(i % ${argument(indices.size)})`, length)}
  STORE0(i, LOAD0(i / ${argument(indices.size)} * indexend + index));`,
  })
  return result as Tensor
}

export const gatheringML: OperatorTable = { ArrayFeatureExtractor: arrayFeatureExtractor }
