import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { createNetworkRunner, integers, type TestTensor } from "../operators/network-runner.js"
import { type Apply, both, type SmallModel } from "./against-onnxruntime.js"
import { random } from "./filled.js"

/* Attention whose batch has more axes than images and heads: heads in groups, of which each has its keys and values. */

const [images, groups, heads, queries, keys, depth] = [2, 3, 2, 19, 23, 6]

const names = ["query", "key", "value"] as const

interface Case {
  readonly title: string
  readonly inputs: Readonly<Record<(typeof names)[number], TestTensor>>
  /** Default: none. */
  readonly mask?: TestTensor
  /** What is made of the inputs before, and of the result after. Default: keys are transposed. */
  readonly before?: (apply: Apply, name: string) => string
  readonly after?: (apply: Apply, result: string) => string
  /** Kernels of a run. */
  readonly launches: number
  /** Axes of the result. Default: 5. */
  readonly rank?: number
}

const grouped = {
  query: random([images, groups, heads, queries, depth], 1),
  key: random([images, groups, 1, keys, depth], 2),
  value: random([images, groups, 1, keys, depth], 3),
}

/** Keys of matrices in a batch of so many axes. */
const transposed =
  (axes = 3): NonNullable<Case["before"]> =>
  (apply, name) =>
    name === "key" ? apply("Transpose", [name], { perm: [...new Array(axes).keys(), axes + 1, axes] }) : name

/** Each head of a group twice, one after the other. */
const twice: NonNullable<Case["before"]> = (apply, name) => {
  if (name === "query") return name
  const second = apply("Reshape", [name, integers(images, groups, heads, 1, keys, depth)])
  const expanded = apply("Expand", [second, integers(1, 1, 1, 2, 1, 1)])
  const repeated = apply("Reshape", [expanded, integers(images, groups, heads * 2, keys, depth)])
  return name === "key" ? apply("Transpose", [repeated], { perm: [0, 1, 2, 4, 3] }) : repeated
}

const cases: readonly Case[] = [
  { title: "in groups with keys and values of their own", inputs: grouped, launches: 1 },
  { title: "with a mask for each image", inputs: grouped, mask: random([images, 1, 1, 1, keys], 4), launches: 1 },
  { title: "with a mask for each group", inputs: grouped, mask: random([groups, 1, 1, keys], 4), launches: 1 },
  {
    title: "with a mask for each group and head",
    inputs: grouped,
    mask: random([groups, heads, queries, keys], 4),
    launches: 1,
  },
  { title: "with a mask for each head of any group", inputs: grouped, mask: random([heads, 1, keys], 4), launches: 1 },
  {
    title: "of which the first of each group share keys, the second share others",
    inputs: { ...grouped, key: random([images, 1, heads, keys, depth], 2) },
    launches: 1,
  },
  {
    title: "of which all images share keys, and all groups values",
    inputs: {
      ...grouped,
      key: random([1, groups, heads, keys, depth], 2),
      value: random([images, 1, heads, keys, depth], 3),
    },
    launches: 1,
  },
  {
    title: "cut out of rows, and put together again",
    inputs: {
      query: random([images, queries, groups * heads * depth], 1),
      key: random([images, keys, groups * depth], 2),
      value: random([images, keys, groups * depth], 3),
    },
    before(apply, name) {
      const cut = apply("Reshape", [name, integers(0, 0, groups, name === "query" ? heads : 1, depth)])
      return apply("Transpose", [cut], { perm: name === "key" ? [0, 2, 3, 4, 1] : [0, 2, 3, 1, 4] })
    },
    after(apply, result) {
      const rows = apply("Transpose", [result], { perm: [0, 3, 1, 2, 4] })
      return apply("Reshape", [rows, integers(0, 0, groups * heads * depth)])
    },
    launches: 1,
    rank: 3,
  },
  {
    // Keys and values are repeated in memory: the kernel has no fourth axis.
    title: "in groups of groups",
    inputs: {
      query: random([images, groups, heads * 2, queries, depth], 1),
      key: random([images, groups, heads, keys, depth], 2),
      value: random([images, groups, heads, keys, depth], 3),
    },
    before: twice,
    launches: 3,
  },
  {
    title: "of four axes",
    inputs: {
      query: random([images, groups, 2, 2, queries, depth], 1),
      key: random([images, groups, 2, 1, keys, depth], 2),
      value: random([images, groups, 2, 1, keys, depth], 3),
    },
    before: transposed(4),
    launches: 4,
    rank: 6,
  },
]

function modelOf(one: Case): SmallModel {
  const { inputs, mask, before = transposed(), after = (_, result) => result, rank = 5 } = one
  return {
    inputs: { ...inputs, ...(mask && { mask }) },
    build(apply) {
      const [query, key, value] = names.map((name) => before(apply, name)) as [string, string, string]
      const product = apply("MatMul", [query, key])
      const scores = mask === undefined ? product : apply("Add", [product, "mask"])
      return { [after(apply, apply("MatMul", [apply("Softmax", [scores]), value]))]: rank }
    },
  }
}

const why = missingDriver("pocl")

describe.skipIf(why)(`Attention of heads${why ? ` (not here: ${why})` : ""}`, () => {
  const runner = createNetworkRunner()
  afterAll(() => runner.release())

  it.each(cases)("$title is what ONNX Runtime computes.", async (one) => {
    for (const { shapes, furthest, launches } of await both(runner, modelOf(one))) {
      expect(shapes[0]).toEqual(shapes[1])
      expect(furthest).toBeLessThan(2e-6)
      expect(launches).toBe(one.launches)
    }
  })
})
