import { call, type Expression } from "../graph/expression.js"
import { contiguousStrides, sizeOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"

/** Sums of products as numpy.einsum writes them, pair by pair as products of matrices. */

/** A tensor with a label for each axis, none twice. */
interface Labelled {
  readonly tensor: Tensor
  readonly labels: readonly string[]
}

interface Equation {
  readonly terms: readonly (readonly string[])[]
  readonly result: readonly string[]
}

/** Axes under an ellipsis have labels that are their numbers from the end. */
function readEquation(node: OperatorCall, ranks: readonly number[]): Equation {
  const [left = "", right, ...more] = node.text("equation").replaceAll(/\s/g, "").split("->")
  const texts = left.split(",")
  const isSound = [...texts, right ?? ""].every((text) => /^[A-Za-z]*(\.\.\.)?[A-Za-z]*$/.test(text))
  if (more.length > 0 || texts.length !== ranks.length || !isSound) throw node.broken("has an equation that isn't one")
  const hidden = texts.map((text, index) => (ranks[index] as number) - text.replace("...", "").length)
  const mostHidden = Math.max(0, ...hidden.filter((_, index) => texts[index]?.includes("...")))
  const labelsOf = (text: string, count: number): string[] => {
    const [before = "", after = ""] = text.split("...")
    const axes = Array.from({ length: text.includes("...") ? count : 0 }, (_, axis) => `${count - axis}`)
    return [...before, ...axes, ...after]
  }
  const terms = texts.map((text, index) => {
    const labels = labelsOf(text, hidden[index] as number)
    if (labels.length !== ranks[index]) throw node.broken("has an equation for inputs of other ranks")
    return labels
  })
  if (right !== undefined) return { terms, result: labelsOf(right, mostHidden) }
  const letters = texts.join("").replaceAll(".", "")
  const once = [...letters].filter((letter) => letters.split(letter).length === 2).sort()
  return { terms, result: [...labelsOf("...", mostHidden), ...once] }
}

/** A diagonal where a label is twice; without axes of length 1 whose label has another length elsewhere. */
function prepared(node: OperatorCall, tensor: Tensor, labels: readonly string[], lengths: ReadonlyMap<string, number>) {
  const strides = contiguousStrides(tensor.shape)
  const own = [...new Set(labels)].filter((label) => {
    const axes = [...labels.keys()].filter((axis) => labels[axis] === label)
    const length = lengths.get(label) as number
    const isOne = axes.every((axis) => tensor.shape[axis] === 1)
    if (!isOne && axes.some((axis) => tensor.shape[axis] !== length)) throw node.broken("has lengths that don't fit")
    return !isOne || length === 1
  })
  const stride = (label: string) =>
    labels.reduce((sum, one, axis) => (one === label ? sum + (strides[axis] as number) : sum), 0)
  const shape = own.map((label) => lengths.get(label) as number)
  return { tensor: node.builder.view(tensor, shape, 0, own.map(stride)), labels: own }
}

/** Without labels that nothing else needs. */
function summed({ builder }: OperatorCall, { tensor, labels }: Labelled, needed: ReadonlySet<string>): Labelled {
  const axes = [...labels.keys()].filter((axis) => !needed.has(labels[axis] as string))
  if (axes.length === 0) return { tensor, labels }
  const kept = labels.filter((label) => needed.has(label))
  const shape = tensor.shape.filter((_, axis) => !axes.includes(axis))
  return { tensor: builder.reshape(builder.reduce(tensor, "sum", axes), shape), labels: kept }
}

/** The axes of `labels` in their order, one after the other. */
function ordered({ builder }: OperatorCall, { tensor, labels }: Labelled, order: readonly string[]): Tensor {
  if (order.every((label, axis) => label === labels[axis])) return tensor
  return builder.transpose(
    tensor,
    order.map((label) => labels.indexOf(label)),
  )
}

function product(node: OperatorCall, a: Labelled, b: Labelled, needed: ReadonlySet<string>): Labelled {
  const { builder } = node
  const shared = a.labels.filter((label) => b.labels.includes(label))
  const batch = shared.filter((label) => needed.has(label))
  const folded = shared.filter((label) => !needed.has(label))
  const [left, right] = [a, b].map(({ labels }) => labels.filter((label) => !shared.includes(label))) as [
    string[],
    string[],
  ]
  const length = (label: string) =>
    (a.labels.includes(label)
      ? a.tensor.shape[a.labels.indexOf(label)]
      : b.tensor.shape[b.labels.indexOf(label)]) as number
  const size = (labels: readonly string[]) => sizeOf(labels.map(length))
  const labels = [...batch, ...left, ...right]
  const [first, second] = [
    ordered(node, a, [...batch, ...left, ...folded]),
    ordered(node, b, [...batch, ...folded, ...right]),
  ]
  const [batches, rows, columns, depth] = [size(batch), size(left), size(right), size(folded)]
  const matrices = [
    builder.reshape(first, [batches, rows, depth]),
    builder.reshape(second, [batches, depth, columns]),
  ] as const
  const result =
    folded.length === 0
      ? builder.elementwise(matrices, (x, y) => call("mul", x as Expression, y as Expression))
      : builder.matmul(...matrices)
  return { tensor: builder.reshape(result, labels.map(length)), labels }
}

const einsum: Operator = (node) => {
  const inputs = node.inputs.map((_, index) => node.input(index))
  const { terms, result } = readEquation(
    node,
    inputs.map(({ shape }) => shape.length),
  )
  const lengths = new Map<string, number>()
  for (const [index, labels] of terms.entries()) {
    for (const [axis, label] of labels.entries()) {
      const length = inputs[index]?.shape[axis] as number
      if ((lengths.get(label) ?? 1) === 1) lengths.set(label, length)
    }
  }
  if (new Set(result).size !== result.length || result.some((label) => !lengths.has(label))) {
    throw node.broken("has a result with labels that its inputs don't have")
  }
  const operands = inputs.map((tensor, index) => prepared(node, tensor, terms[index] as string[], lengths))
  const neededBeside = (others: readonly Labelled[]) => new Set([...result, ...others.flatMap(({ labels }) => labels)])
  const [first, ...rest] = operands
  if (first === undefined) throw node.broken("has no inputs")
  const sum = rest.reduce<Labelled>(
    (before, next, index) => {
      const others = rest.slice(index + 1)
      const own = summed(node, next, neededBeside([before, ...others]))
      return product(node, before, own, neededBeside(others))
    },
    summed(node, first, neededBeside(rest)),
  )
  // A label may be left that only axes of length 1 had, which were taken away with those that they go along.
  const missing = result.filter((label) => !sum.labels.includes(label))
  const shape = [...missing.map(() => 1), ...sum.tensor.shape]
  const whole = { tensor: node.builder.reshape(sum.tensor, shape), labels: [...missing, ...sum.labels] }
  return ordered(node, whole, result)
}

export const einsums: OperatorTable = { Einsum: einsum }
