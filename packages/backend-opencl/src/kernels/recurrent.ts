import { argument } from "../codegen/size-arguments.js"
import { contiguousStrides } from "../graph/shape.js"
import { type TensorType, tensorTypes } from "../graph/tensor-type.js"
import type { Activation } from "./recurrent-activations.js"

/** What the kernels of LSTM, GRU and RNN have in common. */
export interface Recurrence {
  readonly steps: number
  readonly batch: number
  readonly hidden: number
  readonly directions: number
  /** Whether each direction begins at the end. */
  readonly isReverse: readonly boolean[]
  /** Batches before steps, and before directions. */
  readonly isBatchFirst: boolean
  readonly type: TensorType
  /** For each direction. */
  readonly activations: readonly (readonly Activation[])[]
  /** Values go into activations no further from 0. */
  readonly clip: number | undefined
  /** Operands by their place among the kernel's; what is left out isn't one. */
  readonly operands: {
    /** `[directions, rows of the input, gates x hidden]`: products with the input, and biases. */
    readonly input: number
    /** `[directions, hidden, gates x hidden]`. */
    readonly weights: number
    readonly lengths: number | undefined
    readonly hidden: number | undefined
    readonly cell: number | undefined
    /** `[directions, 3 x hidden]` */
    readonly peepholes: number | undefined
    /** `[directions, hidden]` */
    readonly linearBias: number | undefined
  }
}

/** Names of what a cell's code uses, and how it writes loops. */
export interface CellCode {
  /** Statements that set `scratch[to + j]` for `count` columns from `first` on: of the input, plus `from` times weights. */
  product(to: string, first: number, count: number, from: string, addsInput: boolean): string
  /** Statements for each of the hidden units, in vectors where the type has them. */
  units(statements: (unit: UnitCode) => string): string
}

export interface UnitCode {
  /** Of scalars, or of vectors. */
  readonly type: string
  /** `[j]` of the scratch memory from a place on. */
  readonly at: (place: string) => string
  readonly set: (place: string, value: string) => string
  /** An operand's elements, from an index on. */
  readonly load: (operand: number, index: string) => string
  /** Of a sum, which is clipped first. */
  readonly activate: (index: number, value: string) => string
  /** Of the cell, which isn't: ONNX leaves that open, and this is how ONNX Runtime has it. */
  readonly activateCell: (index: number, value: string) => string
}

/** Lanes of float vectors, and columns of weights that are summed at once. */
const lanes = 16
const vectors = 4

/**
 * One work-item computes the whole sequence of one batch and direction: a launch for each step would take longer than
 * most steps do. The hidden state, the cell and what is between lie in scratch memory, the last of the results.
 *
 * @param gates columns of weights, in units of the hidden size
 * @param cell statements of one step, which leave the new state at `h`, and the cell at `c`
 */
export function recurrentBody(
  recurrence: Recurrence,
  gates: number,
  cell: (code: CellCode) => string,
): { readonly body: string; readonly scratch: number } {
  const { steps, batch, hidden, directions, isReverse, isBatchFirst, type, operands, clip } = recurrence
  const { computed } = tensorTypes[type]
  const isVector = type === "float32"
  const columns = gates * hidden
  // h, c, gates, and as much again for what a cell needs besides.
  const scratch = (2 + 2 * gates) * hidden

  const bounded = (value: string, of: string) =>
    clip === undefined ? value : `fmin(fmax(${value}, (${of})(${-clip})), (${of})(${clip}))`
  const activate = (index: number, value: string, of: string) => {
    const codes = [...new Set(recurrence.activations.map((list) => list[index]?.(value, of)))]
    return codes.length === 1 ? (codes[0] as string) : `(direction == 0 ? ${codes[0]} : ${codes[1]})`
  }
  const unit = (width: number): UnitCode => {
    const of = width === 1 ? computed : `${computed}${width}`
    return {
      type: of,
      at: (place) => (width === 1 ? `scratch[${place} + j]` : `vload${width}(0, scratch + ${place} + j)`),
      set: (place, value) =>
        width === 1 ? `scratch[${place} + j] = ${value};` : `vstore${width}(${value}, 0, scratch + ${place} + j);`,
      load: (operand, index) =>
        width === 1 ? `LOAD${operand}(${index} + j)` : `vload${width}(0, in${operand} + ${index} + j)`,
      activate: (index, value) => activate(index, bounded(value, of), of),
      activateCell: (index, value) => activate(index, value, of),
    }
  }
  const code: CellCode = {
    units: (statements) => `
    int j = 0;
    ${isVector ? `for (; j + ${lanes} <= ${hidden}; j += ${lanes}) {${statements(unit(lanes))}}` : ""}
    for (; j < ${hidden}; j++) {${statements(unit(1))}}`,
    product(to, first, count, from, addsInput) {
      const begin = `direction * ${hidden * columns} + ${first}`
      const block = (width: number, count: number) => {
        const of = width === 1 ? computed : `${computed}${width}`
        const names = Array.from({ length: count }, (_, index) => `sum${index}`)
        const load = (operand: number, index: string) =>
          width === 1 ? `LOAD${operand}(${index})` : `vload${width}(0, in${operand} + ${index})`
        const from0 = (at: number) =>
          addsInput ? load(operands.input, `input + ${first} + j + ${at * width}`) : `(${of})(0)`
        return `
      ${names.map((name, at) => `${of} ${name} = ${from0(at)};`).join(" ")}
      for (int k = 0; k < ${hidden}; k++) {
        const ${computed} factor = scratch[${from} + k];
        const int row = ${begin} + k * ${columns} + j;
        ${names.map((name, at) => `${name} += factor * ${load(operands.weights, `row + ${at * width}`)};`).join(" ")}
      }
      ${names
        .map((name, at) =>
          width === 1
            ? `scratch[${to} + j] = ${name};`
            : `vstore${width}(${name}, 0, scratch + ${to} + j + ${at * width});`,
        )
        .join(" ")}`
      }
      const loop = (width: number, count: number) =>
        `for (; j + ${width * count} <= end; j += ${width * count}) {${block(width, count)}\n    }`
      return `{
    int j = 0;
    const int end = ${count};
    ${isVector ? `${loop(lanes, vectors)}\n    ${loop(lanes, 1)}` : ""}
    ${loop(1, 1)}
    }`
    },
  }

  const [stepAxis, batchAxis, directionAxis] = isBatchFirst ? [1, 0, 2] : [0, 2, 1]
  const lengths = [0, 0, 0]
  lengths[stepAxis] = steps
  lengths[batchAxis] = batch
  lengths[directionAxis] = directions
  const strides = contiguousStrides([...lengths, hidden])
  const along = (axis: number | undefined) => argument(strides[axis as number] as number)
  const y = `t * ${along(stepAxis)} + item * ${along(batchAxis)} + direction * ${along(directionAxis)}`
  const state = isBatchFirst ? `(item * ${directions} + direction)` : "i"
  const rows = isBatchFirst ? "item * steps + t" : "t * batch + item"
  const initial = (operand: number | undefined) =>
    operand === undefined ? "0" : `LOAD${operand}(${state} * ${hidden} + j)`
  const reverse = isReverse.every((one) => one) ? "1" : isReverse.some((one) => one) ? "direction == 1" : "0"
  const body = `
  const int steps = ${argument(steps)}, batch = ${argument(batch)};
  const int direction = i / batch, item = i % batch;
  __global ${computed} *scratch = out3 + i * ${scratch};
  const int length = ${operands.lengths === undefined ? "steps" : `clamp((int)LOAD${operands.lengths}(item), 0, steps)`};
  const int h = 0, c = ${hidden}, gates = ${2 * hidden}, more = ${(2 + gates) * hidden};
  for (int j = 0; j < ${hidden}; j++) {
    scratch[h + j] = ${initial(operands.hidden)};
    scratch[c + j] = ${initial(operands.cell)};
  }
  for (int step = 0; step < steps; step++) {
    const int t = step < length && (${reverse}) ? length - 1 - step : step;
    const int to = ${y};
    if (step >= length) {
      for (int j = 0; j < ${hidden}; j++) STORE0(to + j, 0);
      continue;
    }
    const int input = (direction * steps * batch + ${rows}) * ${columns};
    ${cell(code)}
    for (int j = 0; j < ${hidden}; j++) STORE0(to + j, scratch[h + j]);
  }
  for (int j = 0; j < ${hidden}; j++) {
    STORE1(${state} * ${hidden} + j, scratch[h + j]);
    STORE2(${state} * ${hidden} + j, scratch[c + j]);
  }`
  return { body, scratch }
}

/** Gates are i, o, f, c. */
export function lstmCell({ hidden, operands }: Recurrence, couplesForget: boolean): (code: CellCode) => string {
  const gate = (index: number) => `gates + ${index * hidden}`
  return ({ product, units }) => `${product("gates", 0, 4 * hidden, "h", true)}
    {${units(({ type, at, set, load, activate, activateCell }) => {
      const peephole = (index: number, cell: string) =>
        operands.peepholes === undefined
          ? ""
          : ` + ${load(operands.peepholes, `direction * ${3 * hidden} + ${index * hidden}`)} * ${cell}`
      return `
      const ${type} before = ${at("c")};
      const ${type} in = ${at(gate(0))}${peephole(0, "before")};
      const ${type} i_gate = ${activate(0, "in")};
      ${
        couplesForget
          ? `const ${type} f_gate = 1 - i_gate;`
          : `const ${type} forget = ${at(gate(2))}${peephole(2, "before")};
      const ${type} f_gate = ${activate(0, "forget")};`
      }
      const ${type} candidate = ${at(gate(3))};
      const ${type} cell = f_gate * before + i_gate * ${activate(1, "candidate")};
      const ${type} out = ${at(gate(1))}${peephole(1, "cell")};
      ${set("c", "cell")}
      ${set("h", `${activate(0, "out")} * ${activateCell(2, "cell")}`)}`
    })}}`
}

/** Gates are z, r, h. */
export function gruCell({ hidden, operands }: Recurrence, isLinearBeforeReset: boolean): (code: CellCode) => string {
  const gate = (index: number) => `gates + ${index * hidden}`
  return ({ product, units }) => `${product("gates", 0, 2 * hidden, "h", true)}
    ${isLinearBeforeReset ? product("more", 2 * hidden, hidden, "h", false) : ""}
    {${units(({ type, at, set, activate }) => {
      const reset = `
      const ${type} r = ${at(gate(1))};
      const ${type} opened = ${activate(0, "r")};`
      return isLinearBeforeReset
        ? `${reset}
      ${set(gate(1), "opened")}`
        : `${reset}
      ${set("more", `opened * ${at("h")}`)}`
    })}}
    ${isLinearBeforeReset ? "" : product(gate(2), 2 * hidden, hidden, "more", true)}
    {${units(({ type, at, set, load, activate }) => {
      const linear =
        operands.linearBias === undefined
          ? at("more")
          : `(${at("more")} + ${load(operands.linearBias, `direction * ${hidden}`)})`
      const candidate = isLinearBeforeReset
        ? `${load(operands.input, `input + ${2 * hidden}`)} + ${at(gate(1))} * ${linear}`
        : at(gate(2))
      return `
      const ${type} z = ${at(gate(0))};
      const ${type} kept = ${activate(0, "z")};
      const ${type} candidate = ${candidate};
      ${set("h", `(1 - kept) * ${activate(1, "candidate")} + kept * ${at("h")}`)}`
    })}}`
}

export function rnnCell({ hidden }: Recurrence): (code: CellCode) => string {
  return ({ product, units }) => `${product("gates", 0, hidden, "h", true)}
    {${units(
      ({ type, at, set, activate }) => `
      const ${type} value = ${at("gates")};
      ${set("h", activate(0, "value"))}`,
    )}}`
}
