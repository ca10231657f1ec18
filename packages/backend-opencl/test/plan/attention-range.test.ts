import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import type { OnnxNode } from "../../src/onnx/model.js"
import { ofForm, triedIn } from "../fast-form.js"
import { randomFloats } from "../kernels/kernel-runner.js"
import { createNetworkRunner, graph, node, runSession, type TestTensor, tensor } from "../operators/network-runner.js"

/*
 * Scales near what a float32 can be: moved to the other factor, or behind the product, or in another order, they give
 * infinities or zeros that the model as it is written doesn't, or none where it does.
 */

type Scale = readonly ["Mul" | "Div", number]

/** The largest of queries and keys, what changes each, in order, and what the scores are multiplied by. */
interface Case {
  readonly title: string
  readonly query: number
  readonly queryScales?: readonly Scale[]
  readonly key: number
  readonly keyScales?: readonly Scale[]
  readonly after: number
  /** Whether the model gives no number. */
  readonly isUndefined?: boolean
}

const cases: readonly Case[] = [
  {
    title: "a key's scale that the query has no room for",
    query: 1e20,
    key: 1e-30,
    keyScales: [["Mul", 1e25]],
    after: 1e-15,
  },
  {
    title: "a key's scale that the query would vanish by",
    query: 1e-30,
    key: 1e30,
    keyScales: [["Mul", 1e-20]],
    after: 1e20,
  },
  {
    title: "a key's scale that the key has no room for",
    query: 1e-20,
    key: 1e25,
    keyScales: [["Mul", 1e15]],
    after: 1,
    isUndefined: true,
  },
  {
    title: "a key's scale that the key vanishes by",
    query: 1e25,
    key: 1e-30,
    keyScales: [["Mul", 1e-20]],
    after: 1e25,
  },
  {
    title: "scales of both, of which the query has room for its own",
    ...{ query: 1e20, queryScales: [["Mul", 1e-10]], key: 1e-35, keyScales: [["Mul", 1e30]], after: 1e-5 },
  },
  {
    title: "scales of both, without which the scores would be infinite",
    ...{ query: 1e30, queryScales: [["Mul", 1e-30]], key: 1e30, keyScales: [["Mul", 1e-30]], after: 1 },
  },
  {
    title: "scales of the query that it has room for in their order",
    ...{
      query: 1e10,
      queryScales: [
        ["Mul", 1e-30],
        ["Mul", 1e30],
      ],
      key: 1e-10,
      after: 1,
    },
  },
  {
    title: "scales of the key that it has room for in their order",
    ...{
      query: 1e-10,
      key: 1e10,
      keyScales: [
        ["Mul", 1e-30],
        ["Mul", 1e30],
      ],
      after: 1,
    },
  },
  {
    title: "a divisor of which one part is infinite",
    ...{ query: 1e-10, queryScales: [["Div", 1e-39]], key: 1e-29, after: 1 },
  },
  {
    title: "a divisor before a factor, which the query has no room for",
    ...{
      query: 1e10,
      queryScales: [
        ["Div", 1e20],
        ["Mul", 1e30],
      ],
      key: 1e-20,
      after: 1,
    },
  },
]

const [heads, queries, keys, depth] = [2, 19, 23, 6]
const size = { query: heads * queries * depth, key: heads * keys * depth, value: heads * keys * depth }
const key = (head: number, at: number, step: number) => (head * keys + at) * depth + step

/** Keys row by row, as exporters have them before they are transposed; or float by float, the keys side by side. */
const layouts = ["rows", "side by side"] as const
type Layout = (typeof layouts)[number]

const floatsOf = ({ query, key }: Case) => ({
  query: randomFloats(size.query, 1).map((each) => each * query),
  key: randomFloats(size.key, 2).map((each) => each * key),
  value: randomFloats(size.value, 3),
})

function inputsOf(one: Case, layout: Layout): Readonly<Record<string, TestTensor>> {
  const { query, key: rows, value } = floatsOf(one)
  const turned = Array.from({ length: size.key }, (_, index) => {
    const [head, step, at] = [Math.floor(index / keys / depth), Math.floor(index / keys) % depth, index % keys]
    return rows[key(head, at, step)] as number
  })
  return {
    query: tensor("float32", [heads, queries, depth], [...query]),
    key:
      layout === "rows"
        ? tensor("float32", [heads, keys, depth], [...rows])
        : tensor("float32", [heads, depth, keys], turned),
    value: tensor("float32", [heads, keys, depth], [...value]),
  }
}

function networkOf({ queryScales = [], keyScales = [], after }: Case, layout: Layout, outputs: readonly string[]) {
  const constants: Record<string, TestTensor> = {}
  const nodes: OnnxNode[] = []
  const apply = (operator: string, inputs: readonly string[], output: string, perm?: readonly number[]) => {
    nodes.push(node(operator, inputs, [output], perm ? { perm } : {}))
    return output
  }
  const scaled = (name: string, scales: readonly Scale[]) =>
    scales.reduce((before, [operator, value], index) => {
      const scale = `${name}-scale-${index}`
      constants[scale] = tensor("float32", [], [Math.fround(value)])
      return apply(operator, [before, scale], `${name}-${index}`)
    }, name)
  constants.after = tensor("float32", [], [Math.fround(after)])
  const turned = layout === "rows" ? apply("Transpose", ["key"], "turned", [0, 2, 1]) : "key"
  apply("MatMul", [scaled("query", queryScales), scaled(turned, keyScales)], "product")
  apply("Mul", ["product", "after"], "scores")
  apply("Softmax", ["scores"], "shares")
  apply("MatMul", ["shares", "value"], "result")
  return graph(nodes, ["query", "key", "value"], outputs, "float32", constants)
}

/** As the model is written, each result a float32. */
function expectedOf(one: Case): readonly number[] {
  const { query, key: rows, value } = floatsOf(one)
  const scaled = (floats: Float32Array, scales: readonly Scale[] = []) =>
    scales.reduce(
      (before, [operator, scale]) =>
        before.map((each) => (operator === "Mul" ? each * Math.fround(scale) : each / Math.fround(scale))),
      floats,
    )
  const [q, k] = [scaled(query, one.queryScales), scaled(rows, one.keyScales)]
  return Array.from({ length: size.query }, (_, index) => {
    const [head, row, step] = [Math.floor(index / queries / depth), Math.floor(index / depth) % queries, index % depth]
    const scores = Array.from({ length: keys }, (_, at) => {
      let score = 0
      for (let one = 0; one < depth; one += 1)
        score += (q[(head * queries + row) * depth + one] as number) * (k[key(head, at, one)] as number)
      return Math.fround(Math.fround(score) * Math.fround(one.after))
    })
    const most = Math.max(...scores)
    const shares = scores.map((score) => Math.exp(score - most))
    const total = shares.reduce((sum, share) => sum + share, 0)
    return shares.reduce((sum, share, at) => sum + (share / total) * (value[key(head, at, step)] as number), 0)
  })
}

const why = missingDriver("pocl")

describe.skipIf(why)(`Attention at the ends of float32${why ? ` (not here: ${why})` : ""}`, () => {
  const runner = createNetworkRunner()
  afterAll(() => runner.release())

  describe.each(layouts)("of keys that are %s", (layout) => {
    it.each(triedIn(cases, layout, layouts))("$title", async (one) => {
      const expected = expectedOf(one)
      expect(expected.some(Number.isNaN)).toBe(one.isUndefined ?? false)
      const inputs = inputsOf(one, layout)
      // Nothing is joined where scores are wanted, too, which needs other programs.
      for (const outputs of ofForm([["result"], ["result", "scores"]], [["result"]])) {
        const session = await runner.open(networkOf(one, layout, outputs), 18)
        const { result } = await runSession(session, inputs, outputs)
        const { launches } = session
        await session.close()
        const found = (result as TestTensor).elements.map(Number)
        expect(found.map(Number.isNaN)).toEqual(expected.map(Number.isNaN))
        for (const [index, value] of expected.entries())
          if (!Number.isNaN(value)) expect(Math.abs((found[index] as number) - value)).toBeLessThan(2e-6)
        if (outputs.length === 1) expect(launches).toBe(layout === "rows" || one.keyScales === undefined ? 1 : 2)
        else expect(launches).toBeGreaterThan(2)
      }
    })
  })
})
