import { contiguousStrides } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import { isTensorType } from "../graph/tensor-type.js"
import type { OnnxGraph } from "../onnx/model.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"

/**
 * Graphs within graphs, written out: the branch that is taken, and each iteration after the other. Conditions that a
 * device computes are read back, and the rest is planned for what they were.
 */

const conditional: Operator = async (node) => {
  const [isTrue] = await node.builder.elements(node.input(0))
  if (isTrue === undefined) throw node.broken("has a condition without elements")
  return node.inline(node.graph(Number(isTrue) === 0 ? "else_branch" : "then_branch"), [])
}

const loop: Operator = async (node) => {
  const { builder, inputs } = node
  const body = node.graph("body")
  const carriedCount = inputs.length - 2
  if (carriedCount < 0 || body.inputs.length !== inputs.length || body.outputs.length < carriedCount + 1) {
    throw node.broken("has a body with other inputs or outputs than its own")
  }
  const [most = Number.POSITIVE_INFINITY] = (await node.integers(0)) ?? []
  const isTrue = builder.constant("bool", [], [1])
  let carried = inputs.slice(2).map((_, index) => node.input(index + 2))
  let goesOn = inputs[1] === undefined || (await isSet(node, inputs[1]))
  const scanned: Tensor[][] = body.outputs.slice(carriedCount + 1).map(() => [])
  for (let iteration = 0; goesOn && iteration < most; iteration += 1) {
    const number = builder.constant("int64", [], [BigInt(iteration)])
    const [condition, ...results] = await node.inline(body, [number, isTrue, ...carried])
    carried = results.slice(0, carriedCount)
    for (const [index, list] of scanned.entries()) list.push(results[carriedCount + index] as Tensor)
    // After the last iteration nothing depends on it.
    if (iteration + 1 < most) goesOn = await isSet(node, condition as Tensor, [...carried, ...scanned.flat()])
  }
  const declared = body.outputs.slice(carriedCount + 1)
  return [...carried, ...scanned.map((list, index) => stacked(node, list, 0, false, declared[index]))]
}

async function isSet(
  { builder, broken }: OperatorCall,
  condition: Tensor,
  held: readonly Tensor[] = [],
): Promise<boolean> {
  const [value] = await builder.elements(condition, held)
  if (value === undefined) throw broken("has a condition without elements")
  return Number(value) !== 0
}

/**
 * Results of iterations along a new axis.
 *
 * @param declared what the body says of one, for where there is none
 */
function stacked(
  { builder, broken }: OperatorCall,
  list: readonly Tensor[],
  givenAxis: number,
  isBackwards: boolean,
  declared: OnnxGraph["outputs"][number] | undefined,
): Tensor {
  const [first] = list
  const shape = first?.shape ?? (declared?.shape ?? []).map((length) => length ?? 0)
  const axis = givenAxis < 0 ? givenAxis + shape.length + 1 : givenAxis
  if (axis < 0 || axis > shape.length) throw broken("stacks along an axis that there isn't")
  if (first === undefined) {
    const type = declared?.type
    if (!isTensorType(type)) throw broken("doesn't say of what type a result without elements is")
    return builder.constant(type, shape.toSpliced(axis, 0, 0), [])
  }
  if (list.some((one) => one.type !== first.type || one.shape.join() !== shape.join())) {
    throw broken("has iterations that differ in the shapes of what they give")
  }
  const apart = list.map((one) => builder.reshape(one, shape.toSpliced(axis, 0, 1)))
  return builder.concat(isBackwards ? apart.reverse() : apart, axis)
}

/** What a Scan's iterations go through, and how. */
interface Way {
  readonly axes: readonly number[]
  readonly directions: readonly number[]
}

const scan: Operator = async (node) => {
  const { inputs, version } = node
  const body = node.graph("body")
  const scans = node.int("num_scan_inputs")
  if (version < 9) return scanBatches(node, body, scans)
  const states = inputs.length - scans
  if (states < 0 || scans < 1) throw node.broken("has fewer inputs than it goes through")
  const results = body.outputs.length - states
  const zeros = (count: number) => Array.from({ length: Math.max(0, count) }, () => 0)
  return scanOnce(
    node,
    body,
    inputs.map((_, index) => node.input(index)),
    {
      axes: node.ints("scan_input_axes") ?? zeros(scans),
      directions: node.ints("scan_input_directions") ?? zeros(scans),
    },
    {
      axes: node.ints("scan_output_axes") ?? zeros(results),
      directions: node.ints("scan_output_directions") ?? zeros(results),
    },
  )
}

async function scanOnce(
  node: OperatorCall,
  body: OnnxGraph,
  inputs: readonly Tensor[],
  from: Way,
  to: Way,
): Promise<readonly Tensor[]> {
  const { broken } = node
  const count = inputs.length - from.axes.length
  const declared = body.outputs.slice(count)
  const fits = count >= 0 && from.directions.length === from.axes.length && to.axes.length === declared.length
  if (!fits || to.directions.length !== declared.length || body.inputs.length !== inputs.length) {
    throw broken("has a body with other inputs or outputs than its own")
  }
  let states = inputs.slice(0, count)
  const sequences = inputs.slice(count).map((tensor, index) => {
    const given = from.axes[index] as number
    const axis = given < 0 ? given + tensor.shape.length : given
    if (axis < 0 || axis >= tensor.shape.length) throw broken("goes along an axis that there isn't")
    return { tensor, axis, isBackwards: from.directions[index] === 1 }
  })
  const lengths = new Set(sequences.map(({ tensor, axis }) => tensor.shape[axis]))
  const [length = 0] = lengths
  if (lengths.size > 1) throw broken("goes through inputs of different lengths")
  const scanned: Tensor[][] = declared.map(() => [])
  for (let iteration = 0; iteration < length; iteration += 1) {
    const parts = sequences.map(({ tensor, axis, isBackwards }) =>
      part(node, tensor, axis, isBackwards ? length - 1 - iteration : iteration),
    )
    const results = await node.inline(body, [...states, ...parts])
    states = results.slice(0, count)
    for (const [index, list] of scanned.entries()) list.push(results[count + index] as Tensor)
  }
  return [
    ...states,
    ...scanned.map((list, index) =>
      stacked(node, list, to.axes[index] as number, to.directions[index] === 1, declared[index]),
    ),
  ]
}

/** One index of an axis, which the result doesn't have. */
function part({ builder }: OperatorCall, tensor: Tensor, axis: number, index: number): Tensor {
  const strides = contiguousStrides(tensor.shape)
  return builder.view(
    tensor,
    tensor.shape.toSpliced(axis, 1),
    index * (strides[axis] as number),
    strides.toSpliced(axis, 1),
  )
}

/** Version 8: each of a batch by itself. */
async function scanBatches(node: OperatorCall, body: OnnxGraph, scans: number): Promise<readonly Tensor[]> {
  const { inputs, broken } = node
  if (inputs[0] !== undefined) throw broken("has sequence_lens, which the OpenCL engine doesn't take")
  const given = inputs.slice(1).map((_, index) => node.input(index + 1))
  const states = given.length - scans
  const batch = given[0]?.shape[0] ?? 0
  if (states < 0 || scans < 1 || batch === 0 || given.some(({ shape }) => shape[0] !== batch)) {
    throw broken("has inputs that aren't of one batch")
  }
  const zeros = Array.from({ length: Math.max(0, body.outputs.length - states) }, () => 0)
  const from = {
    axes: Array.from({ length: scans }, () => 0),
    directions: node.ints("directions") ?? Array.from({ length: scans }, () => 0),
  }
  const each: (readonly Tensor[])[] = []
  for (let index = 0; index < batch; index += 1) {
    const own = given.map((tensor) => part(node, tensor, 0, index))
    each.push(await scanOnce(node, body, own, from, { axes: zeros, directions: zeros }))
  }
  return body.outputs.map((declared, index) =>
    stacked(
      node,
      each.map((results) => results[index] as Tensor),
      0,
      false,
      declared,
    ),
  )
}

export const control: OperatorTable = { If: conditional, Loop: loop, Scan: scan }
