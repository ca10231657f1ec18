import type { TensorSpec } from "@strongroom/core"
import { graphProto, modelProto, nodeProto, tensorProto, valueInfoProto } from "./onnx-files.js"
import { bytesOf, uniform } from "./random.js"

/** The sizes of MiniLM-L6 (all-MiniLM-L6-v2): BERT's encoder with 6 layers. */
const sizes = { vocabulary: 30522, width: 384, heads: 12, inner: 1536, layers: 6 }

/** How large BERT's initial weights are. */
const spread = 0.02 * Math.sqrt(3)

/** Encodes `tokens` numbers of words. Weights are random. */
export function transformer(tokens: number): Uint8Array {
  const { vocabulary, width, heads, inner, layers } = sizes
  const nodes: Uint8Array[] = []
  const initializers: Uint8Array[] = []

  function weight(name: string, shape: readonly number[], values?: Float32Array): string {
    const length = shape.reduce((product, size) => product * size, 1)
    const data = values ?? uniform(length, -spread, spread, initializers.length)
    initializers.push(tensorProto({ name, type: "float32", shape }, bytesOf(data)))
    return name
  }
  const number = (name: string, value: number) => weight(name, [], Float32Array.of(value))
  function integers(name: string, values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt)
    initializers.push(tensorProto({ name, type: "int64", shape: [values.length] }, bytesOf(data)))
    return name
  }
  /** One more node; its output's name. */
  function apply(operator: string, inputs: readonly string[], attributes: { [name: string]: readonly number[] } = {}) {
    const output = `${operator.toLowerCase()}-${nodes.length}`
    nodes.push(nodeProto(operator, inputs, output, { attributes }))
    return output
  }
  const linear = (name: string, from: string, rows: number, columns: number) =>
    apply("Add", [
      apply("MatMul", [from, weight(`${name}.weight`, [rows, columns])]),
      weight(`${name}.bias`, [columns]),
    ])
  const normalised = (name: string, from: string) =>
    apply("LayerNormalization", [
      from,
      weight(`${name}.scale`, [width], new Float32Array(width).fill(1)),
      weight(`${name}.bias`, [width]),
    ])
  const transposed = (from: string, ...perm: readonly number[]) => apply("Transpose", [from], { perm })

  const perHead = integers("per-head", [0, 0, heads, width / heads])
  const together = integers("together", [0, 0, width])
  const scale = number("scale", Math.sqrt(heads / width))
  const [half, one, rootOfTwo] = [number("half", 0.5), number("one", 1), number("root-of-two", Math.SQRT2)]

  function attention(name: string, from: string): string {
    const split = (which: string) => apply("Reshape", [linear(`${name}.${which}`, from, width, width), perHead])
    const [query, key, value] = [
      transposed(split("query"), 0, 2, 1, 3),
      transposed(split("key"), 0, 2, 3, 1),
      transposed(split("value"), 0, 2, 1, 3),
    ]
    const shares = apply("Softmax", [apply("Mul", [apply("MatMul", [query, key]), scale])])
    const mixed = apply("Reshape", [transposed(apply("MatMul", [shares, value]), 0, 2, 1, 3), together])
    return linear(`${name}.output`, mixed, width, width)
  }
  /** As PyTorch exports Gelu before operator set 20. */
  function gelu(from: string): string {
    const error = apply("Add", [apply("Erf", [apply("Div", [from, rootOfTwo])]), one])
    return apply("Mul", [apply("Mul", [from, error]), half])
  }

  const words = apply("Gather", [weight("words", [vocabulary, width]), "ids"])
  let state = normalised("embeddings", apply("Add", [words, weight("positions", [tokens, width])]))
  for (let layer = 0; layer < layers; layer++) {
    const name = `layers.${layer}`
    state = normalised(`${name}.attended`, apply("Add", [attention(name, state), state]))
    const between = gelu(linear(`${name}.inner`, state, width, inner))
    state = normalised(`${name}.done`, apply("Add", [linear(`${name}.outer`, between, inner, width), state]))
  }

  const input: TensorSpec = { name: "ids", type: "int64", shape: [1, tokens] }
  const output: TensorSpec = { name: state, type: "float32", shape: [1, tokens, width] }
  const ends = { inputs: [valueInfoProto(input)], outputs: [valueInfoProto(output)] }
  const graph = graphProto({ name: "transformer", nodes, initializers, ...ends })
  return modelProto(graph, { version: 8, operatorSets: { "": 17 } })
}
