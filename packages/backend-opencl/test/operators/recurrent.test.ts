import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { randomFloats } from "../kernels/kernel-runner.js"
import { createNetworkRunner, type TestTensor, tensor } from "./network-runner.js"

const why = missingDriver("pocl")
const [steps, batch, width] = [5, 3, 4]
const lengths = [5, 0, 2]
// One vector of sixteen, and what is left.
const hidden = 21

const random = (seed: number, ...shape: number[]) =>
  tensor(
    "float32",
    shape,
    [
      ...randomFloats(
        shape.reduce((a, b) => a * b),
        seed,
      ),
    ].map((value) => value / 2),
  )
const numbers = ({ elements }: TestTensor) => elements as number[]
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

/** `[N, inputs]` by one row of weights. */
const dot = (weights: readonly number[], row: number, x: readonly number[]) =>
  x.reduce((sum, value, at) => sum + value * (weights[row * x.length + at] as number), 0)

/** One cell, by ONNX's equations: the state, and the cell of an LSTM, after one step. */
type Cell = (w: (gate: number, unit: number) => number, r: Recurrent, h: number[], c: number[]) => [number[], number[]]
type Recurrent = (gate: number, unit: number, h: readonly number[]) => number

const units = <T>(make: (unit: number) => T) => Array.from({ length: hidden }, (_, unit) => make(unit))

const lstm: Cell = (w, r, h, c) => {
  const sum = (gate: number, unit: number) => w(gate, unit) + r(gate, unit, h)
  const cell = units((u) => sigmoid(sum(2, u)) * (c[u] as number) + sigmoid(sum(0, u)) * Math.tanh(sum(3, u)))
  return [units((u) => sigmoid(sum(1, u)) * Math.tanh(cell[u] as number)), cell]
}

const gru: Cell = (w, r, h, c) => {
  const reset = units((u) => sigmoid(w(1, u) + r(1, u, h)) * (h[u] as number))
  const next = units((u) => {
    const z = sigmoid(w(0, u) + r(0, u, h))
    return (1 - z) * Math.tanh(w(2, u) + r(2, u, reset)) + z * (h[u] as number)
  })
  return [next, c]
}

const rnn: Cell = (w, r, h, c) => [units((u) => Math.tanh(w(0, u) + r(0, u, h))), c]

describe.skipIf(why)(`Recurrent operators${why ? ` (not here: ${why})` : ""}`, () => {
  const runner = createNetworkRunner()
  afterAll(() => runner.release())

  it.each([
    ["LSTM", 4, lstm],
    ["GRU", 3, gru],
    ["RNN", 1, rnn],
  ] as const)("%s goes over sequences of their own lengths, in both directions.", async (operator, gates, cell) => {
    const x = random(1, steps, batch, width)
    const [w, r] = [random(2, 2, gates * hidden, width), random(3, 2, gates * hidden, hidden)]
    const [biases, start] = [random(4, 2, 2 * gates * hidden), random(5, 2, batch, hidden)]
    const given = [x, w, r, biases, tensor("int32", [batch], lengths), start]
    const attributes = { direction: "bidirectional", hidden_size: hidden }
    const [y, last] = await runner.node(operator, 14, given, attributes, 2)

    const expected = new Array<number>(steps * 2 * batch * hidden).fill(0)
    const expectedLast: number[] = []
    for (const direction of [0, 1]) {
      const part = (of: TestTensor) => {
        const size = of.elements.length / 2
        return numbers(of).slice(direction * size, (direction + 1) * size)
      }
      const [weights, recurrent, bias] = [part(w), part(r), part(biases)]
      for (let item = 0; item < batch; item += 1) {
        let h = part(start).slice(item * hidden, (item + 1) * hidden)
        let c = units(() => 0)
        const length = lengths[item] as number
        for (let step = 0; step < length; step += 1) {
          const t = direction === 0 ? step : length - 1 - step
          const input = numbers(x).slice((t * batch + item) * width, (t * batch + item + 1) * width)
          const both = (row: number) => (bias[row] as number) + (bias[gates * hidden + row] as number)
          const fromInput = (gate: number, unit: number) =>
            dot(weights, gate * hidden + unit, input) + both(gate * hidden + unit)
          ;[h, c] = cell(fromInput, (gate, unit, state) => dot(recurrent, gate * hidden + unit, state), h, c)
          expected.splice(((t * 2 + direction) * batch + item) * hidden, hidden, ...h)
        }
        expectedLast.push(...h)
      }
    }
    const off = (got: readonly (number | bigint)[], of: readonly number[]) =>
      Math.max(...of.map((value, at) => Math.abs(value - Number(got[at]))))
    expect(y?.shape).toEqual([steps, 2, batch, hidden])
    expect(off(y?.elements ?? [], expected)).toBeLessThan(1e-6)
    expect(off(last?.elements ?? [], expectedLast)).toBeLessThan(1e-6)
  })

  it("Lengths that can't be are taken as the nearest that can.", async () => {
    const given = [random(1, 2, 2, 1), random(2, 1, 3, 1), random(3, 1, 3, 3), undefined]
    const [y] = await runner.node("RNN", 14, [...given, tensor("int32", [2], [2 ** 31 - 1, -5])])
    expect(y?.elements.slice(3, 6)).toEqual([0, 0, 0])
    const [whole] = await runner.node("RNN", 14, given.slice(0, 3))
    expect(y?.elements.slice(6, 9)).toEqual(whole?.elements.slice(6, 9))
  })

  it("Weights that don't fit are refused.", async () => {
    const given = [random(1, 2, 2, 1), random(2, 1, 3, 2), random(3, 1, 3, 3)]
    await expect(runner.node("RNN", 14, given)).rejects.toThrow("fit")
  })
})
