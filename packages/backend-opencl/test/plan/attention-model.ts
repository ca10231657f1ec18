import {
  type AttributeValue,
  graphProto,
  modelProto,
  nodeProto,
  tensorProto,
  valueInfoProto,
} from "../../../testkit/src/write/onnx-messages.js"
import { randomFloats } from "../kernels/kernel-runner.js"
import { type TestTensor, tensor } from "../operators/network-runner.js"

/** A batch, heads, queries, keys, and floats of each: no tile divides them. */
export interface Sizes {
  readonly batch: number
  readonly heads: number
  readonly queries: number
  readonly keys: number
  readonly depth: number
  /** How many heads of queries have one of keys and values. */
  readonly sharing: number
}
export const usual: Sizes = { batch: 2, heads: 3, queries: 45, keys: 61, depth: 21, sharing: 1 }

export interface Mask {
  readonly shape: readonly number[]
  readonly type: "float32" | "bool"
  /** By its index in row-major order. */
  at(index: number): number
}

export interface Case {
  readonly title: string
  readonly sizes?: Sizes
  /** How scores are scaled: after the product, or before it in both operands, as PyTorch exports it; or divided so. */
  readonly scale?: "after" | "before" | "divided after" | "query divided"
  readonly mask?: Mask
  /** What is done to shares before they are used, if anything; `product` is what scores are before their mask. */
  readonly guard?: (apply: Apply, shares: string, scores: string, product: string) => string
  /** What else is an output of the model. */
  readonly watched?: "scores" | "shares" | "query"
  /** Of the values of an image and a head, the first isn't finite. */
  readonly isInfinite?: boolean
  /** Kernels of a run. */
  readonly launches: number
}

/** Writes a node, and gives its output's name. */
export type Apply = (
  operator: string,
  inputs: readonly string[],
  attributes?: Readonly<Record<string, AttributeValue>>,
) => string

/** As exporters write it: queries, keys and values are cut into heads, and the result is put together again. */
export function model({ scale, mask, guard, watched, sizes = usual }: Case): Uint8Array {
  const { batch, heads, queries, keys, depth, sharing } = sizes
  const nodes: Uint8Array[] = []
  const apply: Apply = (operator, inputs, attributes = {}) => {
    const output = `${operator.toLowerCase()}-${nodes.length}`
    nodes.push(nodeProto(operator, inputs, output, { attributes }))
    return output
  }
  const heading = (name: string, ...perm: readonly number[]) =>
    apply("Transpose", [apply("Reshape", [name, "heads"])], { perm })
  const repeated = (name: string) =>
    apply("Reshape", [apply("Expand", [apply("Unsqueeze", [name, "second"]), "repeated"]), "merged"])
  const scaled = (name: string, where: Case["scale"], operator = "Mul") =>
    scale === where ? apply(operator, [name, "scale"]) : name
  const turned =
    sharing === 1
      ? heading("key", 0, 2, 3, 1)
      : apply("Transpose", [repeated(heading("key", 0, 2, 1, 3))], { perm: [0, 1, 3, 2] })
  const values = sharing === 1 ? heading("value", 0, 2, 1, 3) : repeated(heading("value", 0, 2, 1, 3))
  const [query, key] = [
    scaled(apply("Transpose", [apply("Reshape", ["query", "queryHeads"])], { perm: [0, 2, 1, 3] }), "before"),
    scaled(turned, "before"),
  ]
  const product = apply("MatMul", [scaled(query, "query divided", "Div"), key])
  let scores = scaled(scaled(product, "after"), "divided after", "Div")
  if (mask?.type === "float32") scores = apply("Add", [scores, "mask"])
  if (mask?.type === "bool") scores = apply("Where", ["mask", scores, "nothing"])
  const shares = apply("Softmax", [scores])
  const made = apply("MatMul", [guard?.(apply, shares, scores, product) ?? shares, values])
  const output = apply("Reshape", [apply("Transpose", [made], { perm: [0, 2, 1, 3] }), "together"])
  const number = (name: string, value: number) =>
    tensorProto({ name, type: "float32", shape: [] }, new Uint8Array(Float32Array.of(value).buffer))
  const integers = (name: string, ...values: readonly number[]) =>
    tensorProto(
      { name, type: "int64", shape: [values.length] },
      new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
    )
  const inputs = [
    { name: "query", type: "float32", shape: [batch, queries, heads * depth] },
    { name: "key", type: "float32", shape: [batch, keys, (heads / sharing) * depth] },
    { name: "value", type: "float32", shape: [batch, keys, (heads / sharing) * depth] },
    ...(mask ? [{ name: "mask", type: mask.type, shape: mask.shape }] : []),
  ] as const
  const scored = [batch, heads, queries, keys]
  const onTheWay = {
    query: valueInfoProto({ name: query, type: "float32", shape: [batch, heads, queries, depth] }),
    scores: valueInfoProto({ name: scores, type: "float32", shape: scored }),
    shares: valueInfoProto({ name: shares, type: "float32", shape: scored }),
  }
  const graph = graphProto({
    name: "attention",
    nodes,
    initializers: [
      number("scale", 0.4),
      number("nothing", Number.NEGATIVE_INFINITY),
      number("zero", 0),
      number("one", 1),
      integers("queryHeads", 0, 0, heads, depth),
      integers("heads", 0, 0, heads / sharing, depth),
      integers("second", 2),
      integers("repeated", 1, 1, sharing, 1, 1),
      integers("merged", batch, heads, keys, depth),
      integers("together", 0, 0, heads * depth),
    ],
    inputs: inputs.map((input) => valueInfoProto(input)),
    outputs: [
      valueInfoProto({ name: output, type: "float32", shape: [batch, queries, heads * depth] }),
      ...(watched === undefined ? [] : [onTheWay[watched]]),
    ],
  })
  return modelProto(graph, { version: 8, operatorSets: { "": 17 } })
}

export function inputsOf({ mask, isInfinite = false, sizes = usual }: Case): Readonly<Record<string, TestTensor>> {
  const { batch, heads, queries, keys, depth, sharing } = sizes
  const floats = (length: number, width: number, seed: number) =>
    tensor("float32", [batch, length, width], [...randomFloats(batch * length * width, seed)])
  const [whole, shared] = [heads * depth, (heads / sharing) * depth]
  const value = floats(keys, shared, 3)
  if (isInfinite) Object.assign(value.elements, { 0: Number.POSITIVE_INFINITY })
  const all = { query: floats(queries, whole, 1), key: floats(keys, shared, 2), value }
  if (mask === undefined) return all
  const size = mask.shape.reduce((product, length) => product * length, 1)
  const elements = Array.from({ length: size }, (_, index) => Math.fround(mask.at(index)))
  return { ...all, mask: tensor(mask.type, mask.shape, elements) }
}
