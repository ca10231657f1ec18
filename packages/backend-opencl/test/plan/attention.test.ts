import { onnxruntime } from "@strongroom/backend-onnxruntime"
import { bytesSource, importOnnx, openInProcess } from "@strongroom/core"
import { missingDriver } from "@strongroom/test-machine"
import { createPublisher } from "@strongroom/testkit"
import { tensor } from "@strongroom/vault"
import { afterAll, describe, expect, it } from "vitest"
import { readOnnxModel } from "../../src/onnx/read-model.js"
import { ofForm } from "../fast-form.js"
import { createNetworkRunner, runSession, type TestTensor } from "../operators/network-runner.js"
import { type Case, inputsOf, type Mask, model, usual } from "./attention-model.js"

const why = missingDriver("pocl")

const padded: Mask = { shape: [2, 1, 1, 61], type: "float32", at: (index) => (index % 61 > 40 + index / 61 ? -1e4 : 0) }
const causal: Mask = { shape: [45, 61], type: "bool", at: (index) => Number(index % 61 <= Math.floor(index / 61) + 3) }
const biased: Mask = { shape: [1, 3, 45, 61], type: "float32", at: (index) => Math.sin(index) }
/** Minus infinity for the second half of all, and for all of some. */
const infinite: Mask = {
  shape: [2, 1, 45, 61],
  type: "float32",
  at: (index) => (Math.floor(index / 61) % 7 === 2 || index % 61 > 30 ? Number.NEGATIVE_INFINITY : 0),
}
/** Of some queries the score of one key is no number. */
const undefinedMask: Mask = {
  shape: [45, 61],
  type: "float32",
  at: (index) => (index % 61 === 7 && Math.floor(index / 61) % 5 === 1 ? Number.NaN : 0),
}
/** The first block of keys counts for nothing yet. */
const late: Mask = { shape: [61], type: "float32", at: (index) => (index < 59 ? Number.NEGATIVE_INFINITY : 0) }

/** As PyTorch's exporters have zeros for queries of which no key counts. */
const zeros: Case["guard"] = (apply, shares) => apply("Where", [apply("IsNaN", [shares]), "zero", shares])

/** As PyTorch's `_safe_softmax` is written: zeros where all scores are minus infinity. */
const safe =
  ({
    operator = "ReduceMin",
    axis = 3,
    number = 6,
    lowest = "nothing",
    zero = "zero",
  } = {}): NonNullable<Case["guard"]> =>
  (apply, shares, scores) => {
    const isMasked = apply("Cast", [apply("Cast", [apply("Equal", [scores, lowest])], { to: 9 })], { to: number })
    return apply("Where", [apply("Cast", [apply(operator, [isMasked], { axes: [axis] })], { to: 9 }), zero, shares])
  }

/** Compiling a kernel takes a second: most of these share one, to which sizes and masks are arguments. */
const cases: readonly Case[] = [
  { title: "without a mask", launches: 1 },
  { title: "scaled after the product", scale: "after", launches: 1 },
  { title: "scaled before the product, in both operands", scale: "before", launches: 1 },
  { title: "whose images have ends of their own", scale: "after", mask: padded, launches: 1 },
  { title: "that looks at what was before, by Where", scale: "after", mask: causal, launches: 1 },
  { title: "with a bias for each head, query and key", mask: biased, launches: 1 },
  { title: "of which whole rows are masked", scale: "after", mask: infinite, launches: 1 },
  { title: "whose last keys alone count", mask: late, launches: 1 },
  { title: "of one head", sizes: { ...usual, heads: 1 }, scale: "after", launches: 1 },
  {
    title: "of one image, and many keys",
    sizes: { ...usual, batch: 1, keys: 300, depth: 32 },
    scale: "after",
    launches: 1,
  },
  { title: "of fewer queries than a vector's lanes", sizes: { ...usual, queries: 3 }, scale: "after", launches: 4 },
  {
    title: "of which whole rows are masked, and are zeros then",
    ...{ scale: "before", mask: infinite, guard: zeros, launches: 1 },
  },
  ...ofForm<Case>(
    [{ title: "that looks at what was before, guarded", scale: "before", mask: causal, guard: zeros, launches: 1 }],
    [],
  ),
  {
    title: "whose zeros are of the shares' shape",
    ...{ scale: "before", mask: infinite, launches: 1 },
    guard: (apply, shares) =>
      apply("Where", [apply("IsNaN", [shares]), apply("ConstantOfShape", [apply("Shape", [shares])]), shares]),
  },
  {
    title: "of which whole rows are masked, by a safe softmax",
    ...{ scale: "before", mask: infinite, guard: safe(), launches: 1 },
  },
  {
    title: "of which no numbers stay what they are by a safe softmax",
    ...{ scale: "before", mask: undefinedMask, guard: safe(), launches: 1 },
  },
  {
    title: "of which nothing is to be taken of values that aren't finite, by a safe softmax",
    ...{ scale: "before", mask: infinite, isInfinite: true, guard: safe({ number: 7 }), launches: 1 },
  },
  {
    title: "whose safe softmax asks for infinities",
    ...{ scale: "before", mask: infinite, launches: 1 },
    guard: (apply, shares, scores) => {
      const isMasked = apply("Cast", [apply("IsInf", [scores], { detect_positive: 0 })], { to: 6 })
      return apply("Where", [apply("Cast", [apply("ReduceMin", [isMasked], { axes: [3] })], { to: 9 }), "zero", shares])
    },
  },
  { title: "divided after the product", scale: "divided after", mask: padded, launches: 1 },
  { title: "divided before the product", scale: "query divided", mask: padded, launches: 1 },
  { title: "of which scores are no numbers", scale: "before", mask: undefinedMask, guard: zeros, launches: 1 },
  { title: "of which scores are no numbers, unguarded", scale: "after", mask: undefinedMask, launches: 1 },
  {
    title: "of which nothing is to be taken of values that aren't finite",
    ...{ scale: "before", mask: infinite, isInfinite: true, guard: zeros, launches: 1 },
  },
  {
    title: "of which no numbers are to be taken of values that aren't finite",
    ...{ scale: "before", mask: undefinedMask, isInfinite: true, guard: zeros, launches: 1 },
  },
  {
    title: "of groups of heads that share keys and values",
    ...{ sizes: { ...usual, heads: 6, sharing: 3 }, scale: "before", mask: infinite, guard: zeros, launches: 1 },
  },
  { title: "of heads that all share one of keys and values", sizes: { ...usual, heads: 4, sharing: 4 }, launches: 1 },
  {
    title: "of groups of heads of one image",
    ...{ sizes: { ...usual, batch: 1, heads: 4, sharing: 2 }, scale: "after", launches: 1 },
  },
]

/** What isn't attention as the kernel has it, or is wanted on the way. */
const others: readonly Case[] = [
  {
    title: "whose masked rows are ones",
    ...{ mask: infinite, launches: 8 },
    guard: (apply, shares) => apply("Where", [apply("IsNaN", [shares]), "one", shares]),
  },
  {
    title: "whose guard has its branches the other way round",
    ...{ mask: infinite, launches: 8 },
    guard: (apply, shares) => apply("Where", [apply("IsNaN", [shares]), shares, "zero"]),
  },
  {
    title: "whose guard tests something else",
    ...{ mask: infinite, launches: 8 },
    guard: (apply, shares, scores) => apply("Where", [apply("IsNaN", [scores]), "zero", shares]),
  },
  {
    title: "whose guard tests for infinities",
    ...{ mask: infinite, launches: 8 },
    guard: (apply, shares) => apply("Where", [apply("IsInf", [shares]), "zero", shares]),
  },
  {
    title: "whose guard keeps other shares",
    ...{ mask: infinite, launches: 8 },
    guard: (apply, shares) => apply("Where", [apply("IsNaN", [shares]), "zero", apply("Neg", [shares])]),
  },
  {
    title: "whose guard is used twice",
    ...{ mask: infinite, launches: 8 },
    guard: (apply, shares) => {
      const test = apply("IsNaN", [shares])
      return apply("Add", [apply("Where", [test, "zero", shares]), apply("Where", [test, "one", "zero"])])
    },
  },
  {
    title: "whose safe softmax has zeros where any score is minus infinity",
    ...{ mask: infinite, guard: safe({ operator: "ReduceMax" }), launches: 11 },
  },
  {
    title: "whose safe softmax looks at scores before their mask",
    ...{ mask: infinite, launches: 11 },
    guard: (apply, shares, _, product) => safe()(apply, shares, product, product),
  },
  ...ofForm<Case>(
    [
      { title: "whose safe softmax is of keys", mask: late, guard: safe({ axis: 2 }), launches: 10 },
      {
        title: "whose safe softmax tests for another number",
        mask: padded,
        guard: safe({ lowest: "scale" }),
        launches: 11,
      },
      { title: "whose safe softmax has ones", mask: infinite, guard: safe({ zero: "one" }), launches: 11 },
      {
        title: "whose safe softmax keeps what is masked",
        ...{ mask: infinite, launches: 11 },
        guard: (apply, shares, scores) => {
          const isMasked = apply("Cast", [apply("Equal", [scores, "nothing"])], { to: 6 })
          return apply("Where", [
            apply("Cast", [apply("ReduceMin", [isMasked], { axes: [3] })], { to: 9 }),
            shares,
            "zero",
          ])
        },
      },
      {
        title: "whose safe softmax looks at scores that are a number",
        ...{ mask: infinite, launches: 11 },
        guard: (apply, shares, scores) => safe({ lowest: scores })(apply, shares, scores, scores),
      },
      {
        title: "of which scores are an output, by a safe softmax",
        mask: infinite,
        guard: safe(),
        watched: "scores",
        launches: 11,
      },
      {
        title: "of which shares are an output, by a safe softmax",
        mask: infinite,
        guard: safe(),
        watched: "shares",
        launches: 11,
      },
    ],
    [],
  ),
  { title: "of which scaled queries are an output", scale: "before", watched: "query", launches: 2 },
  { title: "of which scores are an output", scale: "after", mask: padded, watched: "scores", launches: 7 },
  { title: "of which shares are an output, guarded", mask: infinite, guard: zeros, watched: "shares", launches: 8 },
]

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

  it.each([...cases, ...others])("$title is what ONNX Runtime computes.", async (one) => {
    const bytes = model(one)
    const inputs = inputsOf(one)
    const expected = await expectedOf(bytes, inputs)
    const { graph, operatorSets } = readOnnxModel(bytes)
    const session = await runner.open(graph, operatorSets.get("") as number)
    const names = graph.outputs.map(({ name }) => name)
    const { [names[0] as string]: result } = await runSession(session, inputs, names)
    const got = (result as TestTensor).elements.map(Number)
    const { launches } = session
    await session.close()
    expect(got.map(Number.isNaN)).toEqual(expected.map(Number.isNaN))
    const difference = got.reduce((most, value, index) => {
      return Number.isNaN(value) || value === expected[index]
        ? most
        : Math.max(most, Math.abs(value - (expected[index] as number)))
    }, 0)
    expect(difference).toBeLessThan(2e-6)
    expect(launches).toBe(one.launches)
  })
})
