import { onnxruntime } from "@strongroom/backend-onnxruntime"
import { bytesSource, importOnnx, openInProcess } from "@strongroom/core"
import { missingDriver } from "@strongroom/test-machine"
import { createPublisher } from "@strongroom/testkit"
import { tensor } from "@strongroom/vault"
import { afterAll, describe, expect, it } from "vitest"
import {
  graphProto,
  modelProto,
  nodeProto,
  tensorProto,
  valueInfoProto,
} from "../../../testkit/src/write/onnx-messages.js"
import { readOnnxModel } from "../../src/onnx/read-model.js"
import { randomFloats } from "../kernels/kernel-runner.js"
import { createNetworkRunner, tensor as given, runSession, type TestTensor } from "../operators/network-runner.js"

const why = missingDriver("pocl")

/** A batch, heads, queries, keys, and floats of each: no tile divides them. */
interface Sizes {
  readonly batch: number
  readonly heads: number
  readonly queries: number
  readonly keys: number
  readonly depth: number
}
const usual: Sizes = { batch: 2, heads: 3, queries: 45, keys: 61, depth: 21 }

interface Mask {
  readonly shape: readonly number[]
  readonly type: "float32" | "bool"
  /** By its index in row-major order. */
  at(index: number): number
}

interface Case {
  readonly title: string
  readonly sizes?: Sizes
  /** How scores are scaled: after the product, or before it in both operands, as PyTorch exports it. */
  readonly scale?: "after" | "before"
  readonly mask?: Mask
  /** Kernels of a run. */
  readonly launches: number
}

const padded: Mask = { shape: [2, 1, 1, 61], type: "float32", at: (index) => (index % 61 > 40 + index / 61 ? -1e4 : 0) }
const causal: Mask = { shape: [45, 61], type: "bool", at: (index) => Number(index % 61 <= Math.floor(index / 61) + 3) }
const biased: Mask = { shape: [1, 3, 45, 61], type: "float32", at: (index) => Math.sin(index) }
/** Minus infinity for the second half of all, and for all of some. */
const infinite: Mask = {
  shape: [2, 1, 45, 61],
  type: "float32",
  at: (index) => (Math.floor(index / 61) % 7 === 2 || index % 61 > 30 ? Number.NEGATIVE_INFINITY : 0),
}
/** The first block of keys counts for nothing yet. */
const late: Mask = { shape: [61], type: "float32", at: (index) => (index < 59 ? Number.NEGATIVE_INFINITY : 0) }

const cases: readonly Case[] = [
  { title: "without a mask", launches: 1 },
  { title: "scaled after the product", scale: "after", launches: 1 },
  { title: "scaled before the product, in both operands", scale: "before", launches: 3 },
  { title: "whose images have ends of their own", scale: "after", mask: padded, launches: 1 },
  { title: "that looks at what was before, by Where", scale: "after", mask: causal, launches: 1 },
  { title: "with a bias for each head, query and key", mask: biased, launches: 1 },
  { title: "of which whole rows are masked", scale: "after", mask: infinite, launches: 1 },
  { title: "whose last keys alone count", mask: late, launches: 1 },
  { title: "of one head", sizes: { ...usual, heads: 1, depth: 64 }, scale: "after", launches: 1 },
  {
    title: "of one image, and many keys",
    sizes: { ...usual, batch: 1, keys: 300, depth: 32 },
    scale: "after",
    launches: 1,
  },
  { title: "of fewer queries than a vector's lanes", sizes: { ...usual, queries: 3 }, scale: "after", launches: 4 },
]

/** As exporters write it: queries, keys and values are cut into heads, and the result is put together again. */
function model({ scale, mask, sizes = usual }: Case): Uint8Array {
  const { batch, heads, queries, keys, depth } = sizes
  const nodes: Uint8Array[] = []
  const apply = (operator: string, inputs: readonly string[], attributes: Record<string, readonly number[]> = {}) => {
    const output = `${operator.toLowerCase()}-${nodes.length}`
    nodes.push(nodeProto(operator, inputs, output, { attributes }))
    return output
  }
  const heading = (name: string, ...perm: readonly number[]) =>
    apply("Transpose", [apply("Reshape", [name, "heads"])], { perm })
  const scaled = (name: string, where: Case["scale"]) => (scale === where ? apply("Mul", [name, "scale"]) : name)
  const [query, key] = [scaled(heading("query", 0, 2, 1, 3), "before"), scaled(heading("key", 0, 2, 3, 1), "before")]
  let scores = scaled(apply("MatMul", [query, key]), "after")
  if (mask?.type === "float32") scores = apply("Add", [scores, "mask"])
  if (mask?.type === "bool") scores = apply("Where", ["mask", scores, "nothing"])
  const made = apply("MatMul", [apply("Softmax", [scores]), heading("value", 0, 2, 1, 3)])
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
    { name: "key", type: "float32", shape: [batch, keys, heads * depth] },
    { name: "value", type: "float32", shape: [batch, keys, heads * depth] },
    ...(mask ? [{ name: "mask", type: mask.type, shape: mask.shape }] : []),
  ] as const
  const graph = graphProto({
    name: "attention",
    nodes,
    initializers: [
      number("scale", 0.4),
      number("nothing", Number.NEGATIVE_INFINITY),
      integers("heads", 0, 0, heads, depth),
      integers("together", 0, 0, heads * depth),
    ],
    inputs: inputs.map((input) => valueInfoProto(input)),
    outputs: [valueInfoProto({ name: output, type: "float32", shape: [batch, queries, heads * depth] })],
  })
  return modelProto(graph, { version: 8, operatorSets: { "": 17 } })
}

function inputsOf({ mask, sizes = usual }: Case): Readonly<Record<string, TestTensor>> {
  const { batch, heads, queries, keys, depth } = sizes
  const floats = (length: number, seed: number) =>
    given("float32", [batch, length, heads * depth], [...randomFloats(batch * length * heads * depth, seed)])
  const all = { query: floats(queries, 1), key: floats(keys, 2), value: floats(keys, 3) }
  if (mask === undefined) return all
  const size = mask.shape.reduce((product, length) => product * length, 1)
  const elements = Array.from({ length: size }, (_, index) => Math.fround(mask.at(index)))
  return { ...all, mask: given(mask.type, mask.shape, elements) }
}

/** What ONNX Runtime makes of it. */
async function expectedOf(bytes: Uint8Array, inputs: Readonly<Record<string, TestTensor>>): Promise<readonly number[]> {
  const { bytes: sealed, keys } = await (await createPublisher()).ship(await importOnnx(bytesSource(bytes)))
  await using session = await openInProcess(onnxruntime(), bytesSource(sealed), keys)
  const raw = Object.entries(inputs).map(([name, { type, shape, elements }]) => {
    const data = type === "bool" ? Uint8Array.from(elements, Number) : Float32Array.from(elements, Number)
    return [name, tensor(type as "float32", [...shape], data as Float32Array)] as const
  })
  const [output] = Object.values(await session.run(Object.fromEntries(raw)))
  return Array.from(output?.data as Float32Array)
}

describe.skipIf(why)(`Attention${why ? ` (not here: ${why})` : ""}`, () => {
  const runner = createNetworkRunner()
  afterAll(() => runner.release())

  it.each(cases)("$title is what ONNX Runtime computes.", async (one) => {
    const bytes = model(one)
    const inputs = inputsOf(one)
    const expected = await expectedOf(bytes, inputs)
    const { graph, operatorSets } = readOnnxModel(bytes)
    const session = await runner.open(graph, operatorSets.get("") as number)
    const name = graph.outputs[0]?.name as string
    const { [name]: result } = await runSession(session, inputs, [name])
    const got = (result as TestTensor).elements.map(Number)
    const { launches } = session
    await session.close()
    expect(got.map(Number.isNaN)).toEqual(expected.map(Number.isNaN))
    const difference = got.reduce((most, value, index) => {
      return Number.isNaN(value) ? most : Math.max(most, Math.abs(value - (expected[index] as number)))
    }, 0)
    expect(difference).toBeLessThan(2e-6)
    expect(launches).toBe(one.launches)
  })
})
