import { call, type Expression } from "../graph/expression.js"
import type { Tensor } from "../graph/tensor.js"
import { isFloat } from "../graph/tensor-type.js"
import { type CellCode, gruCell, lstmCell, type Recurrence, recurrentBody, rnnCell } from "../kernels/recurrent.js"
import { activationsOf } from "../kernels/recurrent-activations.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"
import { castTo, sumTypeOf } from "./small-floats.js"

/** LSTM, GRU and RNN: what the input contributes is one product for all steps; the rest is one kernel. */

interface Kind {
  readonly gates: number
  /** For one direction. */
  readonly activations: readonly string[]
  readonly cell: (recurrence: Recurrence, node: OperatorCall) => (code: CellCode) => string
}

const kinds = {
  LSTM: {
    gates: 4,
    activations: ["Sigmoid", "Tanh", "Tanh"],
    cell: (recurrence, node) => lstmCell(recurrence, node.int("input_forget", 0) === 1),
  },
  GRU: {
    gates: 3,
    activations: ["Sigmoid", "Tanh"],
    cell: (recurrence, node) => gruCell(recurrence, node.int("linear_before_reset", 0) === 1),
  },
  RNN: { gates: 1, activations: ["Tanh"], cell: rnnCell },
} as const satisfies Readonly<Record<string, Kind>>

const recurrent =
  ({ gates, activations: standard, cell }: Kind): Operator =>
  (node) => {
    const { builder, inputs, operator } = node
    const x = node.input(0)
    const isBatchFirst = node.int("layout", 0) === 1
    const [first = 1, second = 1, width = 1] = x.shape
    const [batch, steps] = isBatchFirst ? [first, second] : [second, first]
    const direction = node.text("direction", "forward")
    const directions = direction === "bidirectional" ? 2 : 1
    const hidden = node.input(2).shape[2] ?? 0
    const columns = gates * hidden
    const states = isBatchFirst ? [batch, directions, hidden] : [directions, batch, hidden]
    const isLstm = operator === "LSTM"
    const expected: readonly (readonly number[])[] = [
      x.shape,
      [directions, columns, width],
      [directions, columns, hidden],
      [directions, 2 * columns],
      [batch],
      states,
      states,
      [directions, 3 * hidden],
    ]
    if (x.shape.length !== 3 || !isFloat(x.type) || hidden < 1)
      throw node.broken("has inputs that it can't compute with")
    for (const [index, shape] of expected.entries()) {
      if (inputs[index] !== undefined && inputs[index].shape.join() !== shape.join()) {
        throw node.broken("has inputs that don't fit one another")
      }
    }
    // Those of the other direction may be left out.
    const names = node.texts("activations") ?? standard
    const activations = activationsOf(
      [...names, ...names].slice(0, standard.length * directions),
      node.floats("activation_alpha") ?? [],
      node.floats("activation_beta") ?? [],
    )
    if (activations?.length !== standard.length * directions) throw node.broken("has activations that aren't ONNX's")

    const wide = sumTypeOf(x.type)
    const widen = (tensor: Tensor) => castTo(node, wide, tensor)
    const bias = inputs[3] && biasesOf(node, widen(inputs[3]), directions, gates, hidden)
    const rows = builder.reshape(widen(x), [1, first * second, width])
    const product = builder.matmul(rows, builder.transposeMatrices(widen(node.input(1))))
    const operands: Tensor[] = [
      bias === undefined
        ? product
        : builder.elementwise([product, bias.input], (a, b) => call("add", a as Expression, b as Expression)),
      builder.transpose(widen(node.input(2)), [0, 2, 1]),
    ]
    const add = (tensor: Tensor | undefined) => (tensor === undefined ? undefined : operands.push(tensor) - 1)
    const [lengths, initial] = [add(inputs[4] && node.indices(4)), add(inputs[5] && widen(inputs[5]))]
    const recurrence: Recurrence = {
      steps,
      batch,
      hidden,
      directions,
      isReverse: direction === "bidirectional" ? [false, true] : [direction === "reverse"],
      isBatchFirst,
      type: wide,
      activations: Array.from({ length: directions }, (_, at) =>
        activations.slice(at * standard.length, (at + 1) * standard.length),
      ),
      clip: node.has("clip") ? node.float("clip") : undefined,
      operands: {
        input: 0,
        weights: 1,
        lengths,
        hidden: initial,
        cell: add(isLstm && inputs[6] ? widen(inputs[6]) : undefined),
        peepholes: add(isLstm && inputs[7] ? widen(inputs[7]) : undefined),
        linearBias: add(bias?.linear),
      },
    }
    const { body, scratch } = recurrentBody(recurrence, gates, cell(recurrence, node))
    const sequence = isBatchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden]
    const items = batch * directions
    const results = builder.custom(
      operands,
      [
        { type: x.type, shape: sequence },
        { type: x.type, shape: states },
        { type: x.type, shape: states },
        { type: wide, shape: [items, scratch] },
      ],
      { body, items },
    )
    return results.slice(0, isLstm ? 3 : 2)
  }

/**
 * `[directions, 2 x columns]` are those of the input and those of the state, which are summed; but where GRU resets what
 * the state gives, the last of these are by themselves.
 */
function biasesOf(node: OperatorCall, bias: Tensor, directions: number, gates: number, hidden: number) {
  const { builder } = node
  const columns = gates * hidden
  const part = (first: number, count: number) =>
    builder.view(bias, [directions, 1, count], first, [2 * columns, 2 * columns, 1])
  const isLinear = node.operator === "GRU" && node.int("linear_before_reset", 0) === 1
  const sum = (first: number, count: number) =>
    builder.elementwise([part(first, count), part(columns + first, count)], (a, b) =>
      call("add", a as Expression, b as Expression),
    )
  if (!isLinear) return { input: sum(0, columns), linear: undefined }
  return {
    input: builder.concat([sum(0, 2 * hidden), part(2 * hidden, hidden)], 2),
    linear: builder.reshape(part(columns + 2 * hidden, hidden), [directions, hidden]),
  }
}

export const recurrences: OperatorTable = Object.fromEntries(
  Object.entries(kinds).map(([name, kind]) => [name, recurrent(kind)]),
)
