import { onnxTypes } from "@strongroom/core/backend"
import { concat } from "../../../core/src/bytes.js"
import { bytes, int, node, value, varint } from "../../../core/test/import-messages.js"
import { bytesOf, type Elements, elementsOf } from "../../src/graph/elements.js"
import { contiguousStrides, forEachIndex, sizeOf } from "../../src/graph/shape.js"
import { isBig, isFloat, type TensorType, tensorTypes } from "../../src/graph/tensor-type.js"
import { below, mutateMessage, numbers, pick, type Random } from "../onnx/fuzz/mutate.js"
import type { FuzzCase, NumericTensor } from "./cases.js"

/** A model, and what it is run with. */
export interface FuzzInput {
  readonly model: Uint8Array
  readonly inputs: Readonly<Record<string, NumericTensor>>
  readonly outputs: readonly string[]
  /** All that it is given, initialisers too. */
  readonly given: readonly NumericTensor[]
}

/**
 * A case with something else about its nodes, its inputs' types, shapes or elements, or the version of its operators. Some
 * inputs become initialisers, of which an engine knows more, and some come with their axes in another order. No shapes are said of inputs: any may come.
 */
export function mutateCase(one: FuzzCase, random: Random): FuzzInput {
  const changes = pick(random, [1, 1, 1, 2, 3])
  let { nodes, inputs, operatorSet } = one
  for (let times = 0; times < changes; times++) {
    const what = random()
    if (what < 0.45) {
      const index = below(random, nodes.length)
      // Of the sound one: what is mutated already may be no message any more.
      nodes = nodes.with(index, mutateMessage("node", one.nodes[index] as Uint8Array, random))
    } else if (what < 0.93 && inputs.length > 0) {
      const index = below(random, inputs.length)
      const { name, tensor } = inputs[index] as FuzzCase["inputs"][number]
      inputs = inputs.with(index, { name, tensor: mutateTensor(tensor, random) })
    } else operatorSet = 1 + below(random, 22)
  }
  const views: Uint8Array[] = []
  inputs = inputs.map((input) => {
    if (random() > 0.2 || input.tensor.shape.length < 2) return input
    const { given, node } = transposed(input, random)
    views.push(node)
    return given
  })
  const constant = new Set(inputs.filter(() => random() < 0.3).map(({ name }) => name))
  const given = inputs.filter(({ name }) => !constant.has(name))
  const graph = [
    ...views,
    ...nodes.map((one) => bytes(1, one)),
    ...inputs.filter(({ name }) => constant.has(name)).map(({ name, tensor }) => bytes(5, tensorMessage(name, tensor))),
    ...given.map(({ name, tensor }) => value(11, name, onnxTypes[tensor.type])),
    ...one.outputs.map(({ name, type }) => value(12, name, onnxTypes[type])),
  ]
  return {
    model: concat(int(1, 8), bytes(8, bytes(1, ""), int(2, operatorSet)), bytes(7, bytes(2, "g"), ...graph)),
    inputs: Object.fromEntries(given.map(({ name, tensor }) => [name, tensor])),
    outputs: one.outputs.map(({ name }) => name),
    given: inputs.map(({ tensor }) => tensor),
  }
}

/** The input in another order of its axes, and a node that brings it back: engines read it through that, if they can. */
function transposed({ name, tensor }: FuzzCase["inputs"][number], random: Random) {
  const { type, shape } = tensor
  const order = [...shape.keys()].map((axis) => ({ axis, key: random() })).sort((a, b) => a.key - b.key)
  const given = order.map(({ axis }) => axis)
  const elements = elementsOf(type, tensor.data)
  const strides = contiguousStrides(shape)
  const moved: (number | bigint)[] = []
  const walk = [given.map((axis) => strides[axis] as number)]
  const movedShape = given.map((axis) => shape[axis] as number)
  forEachIndex(movedShape, walk, ([index]) => moved.push(elements[index as number] as number))
  const back = [...shape.keys()].map((axis) => given.indexOf(axis))
  const perm = bytes(5, bytes(1, "perm"), bytes(8, ...back.map(varint)), int(20, 7))
  const moving = { type, shape: movedShape, data: bytesOf(type, moved) }
  return { given: { name: `${name}_moved`, tensor: moving }, node: node("Transpose", [`${name}_moved`], [name], perm) }
}

const tensorMessage = (name: string, { type, shape, data }: NumericTensor) =>
  concat(bytes(1, ...shape.map(varint)), int(2, onnxTypes[type]), bytes(8, name), bytes(9, data))

/** So many elements at most: kernels for more take long, and do the same. */
const mostElements = 2 ** 16

function mutateTensor(tensor: NumericTensor, random: Random): NumericTensor {
  const { type, shape } = tensor
  const elements = elementsOf(type, tensor.data)
  const what = random()
  if (what < 0.45) return tensorOf(type, shape, mutateElements(type, elements, random))
  if (what < 0.95) return tensorOf(type, mutateShape(shape, random), elements)
  const other = pick(random, Object.keys(tensorTypes) as TensorType[])
  const numbers = elements.map((element) => (Number.isFinite(Number(element)) ? Math.trunc(Number(element)) : 0))
  return tensorOf(other, shape, isBig(other) ? numbers.map(BigInt) : numbers)
}

/** Elements are repeated, or left out, to be as many as the shape says. */
function tensorOf(type: TensorType, shape: readonly number[], elements: Elements): NumericTensor {
  const zero = isBig(type) ? 0n : 0
  const fitting = Array.from({ length: sizeOf(shape) }, (_, index) => elements[index % elements.length] ?? zero)
  return { type, shape, data: bytesOf(type, fitting) }
}

function mutateElements(type: TensorType, elements: Elements, random: Random): Elements {
  const changed = [...elements]
  for (let times = 1 + below(random, 3); times > 0 && changed.length > 0; times--) {
    changed[below(random, changed.length)] = elementFor(type, random)
  }
  return changed
}

const floats = [0, -0, 1, -1, 0.5, 1e-45, 1e9, -1e9, 1e30, -1e38, Number.NaN, Number.POSITIVE_INFINITY]

function elementFor(type: TensorType, random: Random): number | bigint {
  if (isFloat(type)) return pick(random, floats)
  if (type === "bool") return below(random, 2)
  const number = pick(random, numbers)
  return isBig(type) ? number : Number(BigInt.asIntN(32, number))
}

function mutateShape(shape: readonly number[], random: Random): readonly number[] {
  const at = below(random, shape.length + 1)
  const length = pick(random, [0, 1, 1, 2, 3, 5, 16, 17, 33, 70])
  const changes: readonly (() => readonly number[])[] = [
    () => (at < shape.length ? shape.with(at, length) : [...shape, length]),
    () => (at < shape.length ? shape.with(at, length) : [...shape, length]),
    () => shape.toSpliced(at, 1),
    () => shape.toSpliced(at, 0, pick(random, [1, 2])),
    () => shape.toReversed(),
  ]
  const changed = pick(random, changes)()
  return sizeOf(changed) <= mostElements ? changed : shape
}
