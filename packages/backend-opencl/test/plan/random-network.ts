import type { OnnxNode } from "../../src/onnx/model.js"
import { randomFloats } from "../kernels/kernel-runner.js"
import { integers, node, type TestTensor, tensor } from "../operators/network-runner.js"
import {
  averageOfAll,
  combine,
  concatenate,
  convolve,
  multiply,
  type Plain,
  poolLargest,
  sliceChannels,
  swapRowsAndColumns,
} from "./plain-operators.js"

export interface RandomNetwork {
  readonly nodes: readonly OnnxNode[]
  readonly inputs: Readonly<Record<string, TestTensor>>
  readonly constants: Readonly<Record<string, TestTensor>>
  /** What each output is. */
  readonly expected: ReadonlyMap<string, Plain>
}

type Attributes = Parameters<typeof node>[3]

const functions = {
  Add: (a: number, b: number) => a + b,
  Sub: (a: number, b: number) => a - b,
  Mul: (a: number, b: number) => a * b,
  Max: Math.max,
}
const binary = Object.entries(functions)

/**
 * Operators on images, each on what some before it gave. Images are small, and their channels fill blocks of the blocked
 * layout or don't.
 */
export function randomNetwork(seed: number): RandomNetwork {
  const draws = randomFloats(4096, seed)
  let drawn = 0
  // The largest float below 1 may have become 1.
  const below = (count: number) => Math.min(count - 1, Math.floor((((draws[drawn++] as number) + 1) / 2) * count))
  const pick = <Choice>(choices: readonly Choice[]) => choices[below(choices.length)] as Choice

  const nodes: OnnxNode[] = []
  const inputs: Record<string, TestTensor> = {}
  const constants: Record<string, TestTensor> = {}
  const values = new Map<string, Plain>()
  const asTensor = ({ shape, elements }: Plain) => tensor("float32", shape, [...elements])

  // Each has numbers of its own: by how many were drawn before.
  function fresh(shape: readonly number[], scale = 1): Plain {
    const size = shape.reduce((product, length) => product * length, 1)
    return { shape, elements: randomFloats(size, seed + drawn++).map((value) => value * scale) }
  }
  function constant(shape: readonly number[], scale = 1): readonly [string, Plain] {
    const name = `constant${Object.keys(constants).length}`
    const value = fresh(shape, scale)
    constants[name] = asTensor(value)
    return [name, value]
  }
  function indices(...numbers: readonly number[]): string {
    const name = `constant${Object.keys(constants).length}`
    constants[name] = integers(...numbers)
    return name
  }
  /** One more node, and what it gives. */
  function put(value: Plain, operator: string, from: readonly string[], attributes: Attributes = {}): string {
    const name = `value${nodes.length}`
    nodes.push(node(operator, from, [name], attributes))
    values.set(name, value)
    return name
  }
  const withShape = (isFit: (shape: readonly number[]) => boolean) =>
    [...values].filter(([, { shape }]) => isFit(shape)).map(([name]) => name)

  const steps: readonly ((name: string, x: Plain) => void)[] = [
    function convolution(name, x) {
      const [side, channels] = [pick([1, 1, 3]), x.shape[1] as number]
      const [weights, value] = constant([pick([8, 16, 24, 32]), channels, side, side], 1 / side / Math.sqrt(channels))
      const pad = (side - 1) / 2
      put(convolve(x, value, 1), "Conv", [name, weights], { pads: [pad, pad, pad, pad] })
    },
    function depthwise(name, x) {
      const group = x.shape[1] as number
      const [weights, value] = constant([group, 1, 3, 3], 0.4)
      put(convolve(x, value, group), "Conv", [name, weights], { group, pads: [1, 1, 1, 1] })
    },
    function grouped(name, x) {
      const channels = x.shape[1] as number
      if (channels % 4 > 0) return
      const [weights, value] = constant([pick([16, 24, 32]), channels / 4, 1, 1], 0.4)
      put(convolve(x, value, 4), "Conv", [name, weights], { group: 4 })
    },
    function ofEach(name, x) {
      const isRelu = below(2) === 0
      const elements = x.elements.map((value) => (isRelu ? Math.max(0, value) : -value))
      put({ ...x, elements }, isRelu ? "Relu" : "Neg", [name])
    },
    function ofTwo(name, x) {
      const other = pick(withShape((shape) => shape.join() === x.shape.join()))
      const [operator, of] = pick(binary)
      put(combine(x, values.get(other) as Plain, of), operator, [name, other])
    },
    function withConstant(name, x) {
      const [, channels, height, width] = x.shape as readonly [number, number, number, number]
      const shapes = [[channels, 1, 1], [1], [], [1, channels, 1, 1], [1, 1, 1, width], [height, width]]
      const [other, value] = constant(pick(shapes))
      const [operator, of] = pick(binary)
      if (below(2) === 0) put(combine(x, value, of), operator, [name, other])
      else put(combine(value, x, of), operator, [other, name])
    },
    function concatenation(name, x) {
      const same = withShape((shape) => shape.every((length, axis) => axis === 1 || length === x.shape[axis]))
      const names = [pick(same), name, pick(same)].slice(below(2))
      const value = concatenate(names.map((one) => values.get(one) as Plain))
      if ((value.shape[1] as number) <= 128) put(value, "Concat", names, { axis: 1 })
    },
    function slice(name, x) {
      const channels = x.shape[1] as number
      const from = below(channels - 1)
      const to = from + 2 + below(channels - from - 1)
      put(sliceChannels(x, from, to), "Slice", [name, indices(from), indices(to), indices(1)])
    },
    function turn(name, x) {
      put(swapRowsAndColumns(x), "Transpose", [name], { perm: [0, 1, 3, 2] })
    },
    function pool(name, x) {
      if (x.shape[2] === 1 || x.shape[3] === 1) return
      put(poolLargest(x), "MaxPool", [name], { kernel_shape: [2, 2] })
    },
    function excitation(name, x) {
      const value = averageOfAll(x)
      const average = put(value, "GlobalAveragePool", [name])
      put(combine(x, value, functions.Mul), "Mul", [name, average])
    },
    function product(name, x) {
      const width = x.shape[3] as number
      const [matrix, value] = constant([width, width], 0.5)
      put(multiply(x, value), "MatMul", [name, matrix])
    },
  ]

  const batch = pick([1, 1, 1, 2])
  const size = pick([
    [6, 5],
    [5, 5],
    [1, 1],
    [12, 13],
    [2, 3],
  ])
  for (const name of ["x0", "x1"]) {
    const value = fresh([batch, pick([3, 16, 24, 32, 48]), ...size])
    inputs[name] = asTensor(value)
    values.set(name, value)
  }
  while (nodes.length < 8) {
    const name = pick([...values.keys()].slice(below(4) === 0 ? 0 : -4))
    pick(steps)(name, values.get(name) as Plain)
  }
  const last = `value${nodes.length - 1}`
  const expected = new Map([...values].filter(([name]) => name === last || (name.startsWith("v") && below(6) === 0)))
  return { nodes, inputs, constants, expected }
}
