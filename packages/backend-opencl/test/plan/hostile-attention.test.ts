import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { ofForm } from "../fast-form.js"
import { randomFloats } from "../kernels/kernel-runner.js"
import { createNetworkRunner, integers, type TestTensor, tensor } from "../operators/network-runner.js"
import { type Apply, both, type SmallModel } from "./against-onnxruntime.js"

/*
 * Graphs that look like attention and aren't, or are in a way that no exporter writes: what one kernel may not take for
 * what it computes.
 */

const size = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1)
const random = (shape: readonly number[], seed: number) =>
  tensor("float32", shape, [...randomFloats(size(shape), seed)])
const number = (value: number, ...shape: readonly number[]) => tensor("float32", shape, [Math.fround(value)])

const [batch, heads, queries, keys, depth, width] = [2, 3, 19, 23, 6, 4]
const scored = [batch, heads, queries, keys]
const plain = {
  query: random([batch, heads, queries, depth], 1),
  key: random([batch, heads, depth, keys], 2),
  value: random([batch, heads, keys, width], 3),
}
const square = {
  query: random([batch, 17, 17, depth], 1),
  key: random([batch, 17, depth, 17], 2),
  value: random([batch, 17, 17, width], 3),
}

interface Parts {
  readonly query?: string
  readonly key?: string
  readonly value?: string
  readonly scores?: (apply: Apply, scores: string) => string
  readonly shares?: (apply: Apply, shares: string) => string
  readonly axis?: number
}

function attention(apply: Apply, parts: Parts = {}): string {
  const { query = "query", key = "key", value = "value", axis = 3 } = parts
  const product = apply("MatMul", [query, key])
  const shares = apply("Softmax", [parts.scores?.(apply, product) ?? product], { axis })
  return apply("MatMul", [parts.shares?.(apply, shares) ?? shares, value])
}

const model = (
  inputs: Readonly<Record<string, TestTensor>>,
  parts: (apply: Apply) => Parts = () => ({}),
  rank = 4,
  version?: number,
): SmallModel => ({
  inputs,
  build: (apply) => ({ [attention(apply, parts(apply))]: rank }),
  ...(version && { version }),
})

const masked = (shape: readonly number[], at: (index: number) => number) =>
  tensor(
    "float32",
    shape,
    Array.from({ length: size(shape) }, (_, index) => Math.fround(at(index))),
  )
const zeros = (apply: Apply, shares: string) => apply("Where", [apply("IsNaN", [shares]), number(0), shares])

const scaledBoth = (scale: TestTensor) => (apply: Apply) => ({
  query: apply("Mul", ["query", scale]),
  key: apply("Mul", ["key", scale]),
})

/** Keys and values of some heads, from what `repeat` makes of two by five by four. */
const shared = (heads: number, repeat: (apply: Apply, name: string) => string, from = [2, 2, 5, 4]): SmallModel => ({
  inputs: { query: random([2, heads, 21, 4], 1), key: random(from, 2), value: random(from, 3) },
  build: (apply) => ({
    [attention(apply, {
      key: apply("Transpose", [repeat(apply, "key")], { perm: [0, 1, 3, 2] }),
      value: repeat(apply, "value"),
    })]: 4,
  }),
})
const reshape = (apply: Apply, name: string, ...to: readonly number[]) => apply("Reshape", [name, integers(...to)])
const expand = (apply: Apply, name: string, ...to: readonly number[]) => apply("Expand", [name, integers(...to)])
const turn = (apply: Apply, name: string, ...perm: readonly number[]) => apply("Transpose", [name], { perm })

const cases: Readonly<Record<string, SmallModel>> = {
  "a softmax of queries": model(square, () => ({ axis: 2 })),
  "a softmax of heads": model(square, () => ({ axis: 1 })),
  "a softmax of images": model(plain, () => ({ axis: 0 })),
  "a softmax of heads, of one query and key": model(
    { query: random([1, 5, 1, 4], 1), key: random([1, 5, 4, 1], 2), value: random([1, 5, 1, 4], 3) },
    () => ({ axis: 1 }),
  ),
  "a softmax of operator set 11, by its default of all but images": model(plain, () => ({ axis: 1 }), 4, 11),
  "a softmax of operator set 11, of the last axis": model(plain, () => ({ axis: 3 }), 4, 11),
  "shares turned round": model(square, () => ({ shares: (apply, shares) => turn(apply, shares, 0, 1, 3, 2) })),
  "shares of other heads": model(square, () => ({ shares: (apply, shares) => turn(apply, shares, 0, 2, 1, 3) })),
  "shares in another shape and back": model(plain, () => ({
    shares: (apply, shares) => reshape(apply, reshape(apply, shares, 6 * queries, keys), ...scored),
  })),
  "scores in another shape": model(plain, () => ({
    scores: (apply, scores) => reshape(apply, scores, 6, queries, keys),
    axis: 2,
    shares: (apply, shares) => reshape(apply, shares, ...scored),
  })),
  "scores of which rows are cut otherwise": model(plain, () => ({
    scores: (apply, scores) => reshape(apply, scores, 2, 3, keys, queries),
    shares: (apply, shares) => reshape(apply, shares, ...scored),
  })),

  "a scale for each head": model({ ...plain, s: random([3, 1, 1], 4) }, (apply) => ({
    query: apply("Mul", ["query", "s"]),
    scores: (to, scores) => to("Mul", [scores, "s"]),
  })),
  "a scale for each query": model({ ...plain, s: random([queries, 1], 4) }, (apply) => ({
    query: apply("Mul", ["query", "s"]),
  })),
  "a scale for each float": model({ ...plain, s: random([6], 4) }, (apply) => ({
    query: apply("Mul", ["query", "s"]),
  })),
  "a scale that is an input of four axes": model({ ...plain, s: number(0.3, 1, 1, 1, 1) }, (apply) => ({
    query: apply("Mul", ["query", "s"]),
    key: apply("Mul", ["s", "key"]),
  })),
  "a scale that is an input of one axis, doubled": model({ ...plain, s: number(0.3, 1) }, (apply) => ({
    query: apply("Mul", [apply("Mul", ["query", "s"]), "s"]),
    key: apply("Mul", [apply("Add", ["s", "s"]), "key"]),
  })),
  "a scale that is cut out of others": model({ ...plain, s: random([3, 4], 5) }, (apply) => ({
    query: apply("Mul", ["query", apply("Slice", ["s", integers(1, 2), integers(2, 3), integers(0, 1)])]),
  })),
  "a scale with more axes than what it scales": model({ ...plain, s: number(0.3, 1, 1, 1, 1, 1) }, (apply) => ({
    query: reshape(apply, apply("Mul", ["query", "s"]), batch, heads, queries, depth),
  })),
  "a scale of zero": model(plain, scaledBoth(number(0))),
  "a scale that is infinite": model(plain, scaledBoth(number(Number.POSITIVE_INFINITY))),
  "a scale that is infinite, guarded": model(plain, (apply) => ({
    ...scaledBoth(number(Number.POSITIVE_INFINITY))(apply),
    shares: zeros,
  })),
  "a scale that is no number": model(plain, scaledBoth(number(Number.NaN))),
  "a scale below zero": model(plain, scaledBoth(number(-1.5))),
  "more scales than are looked for": model(plain, (apply) => ({
    query: [1.1, 1.2, 1.3].reduce((name, one) => apply("Mul", [name, number(one)]), "query"),
    key: [0.7, 0.8, 0.9].reduce((name, one) => apply("Mul", [name, number(one)]), "key"),
  })),
  "a query that is scaled by itself": model(
    { ...plain, query: number(0.9, 1, 1, 1, 1), key: random([1, 1, 1, 7], 2), value: random([1, 1, 7, 4], 3) },
    (apply) => {
      const query = apply("Mul", ["query", number(1.7)])
      return { query: apply("Mul", [query, query]) }
    },
  ),
  "a query that is scaled by its own double": model(
    { ...plain, query: number(0.9, 1, 1, 1, 1), key: random([1, 1, 1, 7], 2), value: random([1, 1, 7, 4], 3) },
    (apply) => {
      const query = apply("Mul", ["query", number(1.7)])
      return { query: apply("Mul", [query, apply("Add", [query, query])]) }
    },
  ),
  "queries scaled by the largest of keys": model(plain, (apply) => {
    const key = apply("Mul", ["key", number(0.6)])
    return { key, query: apply("Mul", ["query", apply("ReduceMax", [key], { keepdims: 0 })]) }
  }),
  "queries that are the keys as well": model(
    { query: random([2, 3, 18, 18], 1), value: random([2, 3, 18, 4], 2) },
    (apply) => {
      const one = apply("Mul", ["query", number(0.7)])
      return { query: one, key: one }
    },
  ),
  "queries that are divided": model(plain, (apply) => ({ query: apply("Div", ["query", number(2.5)]) })),
  "a number divided by queries": model(plain, (apply) => ({ query: apply("Div", [number(0.5), "query"]) })),

  "a mask for each image": model(plain, () => ({
    scores: (apply, scores) => apply("Add", [scores, masked([2, 1, 1, 1], (index) => index)]),
  })),
  "a mask for each query": model(plain, () => ({
    scores: (apply, scores) => apply("Mul", [masked([queries, 1], (index) => index - 2), scores]),
  })),
  "a mask for each head and key": model(plain, () => ({
    scores: (apply, scores) => apply("Add", [scores, masked([3, 1, keys], Math.sin)]),
  })),
  "a mask that makes images of one": model(
    { query: random([1, 3, queries, 6], 1), key: random([1, 3, 6, keys], 2), value: plain.value },
    () => ({ scores: (apply, scores) => apply("Add", [scores, masked([2, 1, 1, keys], Math.cos)]) }),
  ),
  "a mask that makes heads of one": model(
    { query: random([2, 1, queries, 6], 1), key: random([2, 1, 6, keys], 2), value: plain.value },
    () => ({ scores: (apply, scores) => apply("Add", [scores, masked([3, queries, keys], Math.cos)]) }),
  ),
  "a mask that makes keys of one": model(
    { query: plain.query, key: random([2, 3, 6, 1], 2), value: plain.value },
    () => ({ scores: (apply, scores) => apply("Add", [scores, masked([keys], Math.cos)]) }),
  ),
  "a mask with more axes than scores": model(
    plain,
    () => ({
      scores: (apply, scores) => apply("Add", [scores, masked([1, 1, 1, 1, keys], Math.cos)]),
      axis: 4,
    }),
    5,
  ),
  "a mask that is a product as well": model(
    { ...plain, other: random(scored, 8), turned: random([keys, keys], 9) },
    () => ({ scores: (apply, scores) => apply("Add", [apply("MatMul", ["other", "turned"]), scores]) }),
  ),
  "scores that are added to themselves": model(plain, () => ({
    scores: (apply, scores) => apply("Add", [apply("Mul", [scores, scores]), scores]),
  })),
  "scores that choose by themselves": model(plain, () => ({
    scores: (apply, scores) =>
      apply("Where", [apply("Greater", [scores, number(0)]), scores, number(Number.NEGATIVE_INFINITY)]),
    shares: zeros,
  })),
  "scores that are capped": model(plain, () => ({
    scores: (apply, scores) => apply("Mul", [apply("Tanh", [apply("Div", [scores, number(0.5)])]), number(0.5)]),
  })),
  "rows of plus infinity": model(plain, () => ({
    scores: (apply, scores) =>
      apply("Add", [scores, masked([queries, keys], (index) => (index % 67 === 3 ? Number.POSITIVE_INFINITY : 0))]),
  })),
  "rows of plus infinity, guarded": model(plain, () => ({
    scores: (apply, scores) =>
      apply("Add", [scores, masked([queries, keys], (index) => (index % 67 === 3 ? Number.POSITIVE_INFINITY : 0))]),
    shares: zeros,
  })),

  "a guard that makes images of one": model(
    { query: random([1, 3, queries, 6], 1), key: random([1, 3, 6, keys], 2), value: plain.value },
    () => ({
      scores: (apply, scores) =>
        apply("Add", [scores, masked([queries, 1], (index) => (index === 2 ? Number.NaN : 0))]),
      shares: (apply, shares) => apply("Where", [apply("IsNaN", [shares]), masked([2, 1, 1, 1], () => 0), shares]),
    }),
  ),
  "a guard with zeros but one": model(plain, () => ({
    scores: (apply, scores) => apply("Add", [scores, masked([queries, 1], (index) => (index === 2 ? Number.NaN : 0))]),
    shares: (apply, shares) =>
      apply("Where", [apply("IsNaN", [shares]), masked([keys], (index) => Number(index === 6)), shares]),
  })),
  "a guard with zeros that are an input": model({ ...plain, zero: number(0.5, 1) }, () => ({
    scores: (apply, scores) => apply("Add", [scores, masked([queries, 1], (index) => (index === 2 ? Number.NaN : 0))]),
    shares: (apply, shares) => apply("Where", [apply("IsNaN", [shares]), "zero", shares]),
  })),
  "a guard in another shape": model(plain, () => ({
    scores: (apply, scores) => apply("Add", [scores, masked([queries, 1], (index) => (index === 2 ? Number.NaN : 0))]),
    shares: (apply, shares) => {
      const guarded = zeros(apply, reshape(apply, shares, 6, queries, keys))
      return reshape(apply, guarded, ...scored)
    },
  })),
  "a guard of a guard": model(plain, () => ({
    scores: (apply, scores) => apply("Add", [scores, masked([queries, 1], (index) => (index === 2 ? Number.NaN : 0))]),
    shares: (apply, shares) => zeros(apply, zeros(apply, shares)),
  })),
  "a guard, and a scale of shares": model(plain, () => ({
    scores: (apply, scores) => apply("Add", [scores, masked([queries, 1], (index) => (index === 2 ? Number.NaN : 0))]),
    shares: (apply, shares) => apply("Mul", [zeros(apply, shares), number(3)]),
  })),
  "shares that are the values as well": model(square, () => ({
    shares: (apply, shares) => zeros(apply, apply("MatMul", [shares, shares])),
  })),

  "heads one after the other": shared(6, (apply, name) =>
    reshape(apply, expand(apply, reshape(apply, name, 2, 1, 2, 5, 4), 2, 3, 2, 5, 4), 2, 6, 5, 4),
  ),
  "heads that are repeated": shared(6, (apply, name) =>
    reshape(apply, expand(apply, reshape(apply, name, 2, 2, 1, 5, 4), 2, 2, 3, 5, 4), 2, 6, 5, 4),
  ),
  "heads that are repeated twice": shared(12, (apply, name) => {
    const six = reshape(apply, expand(apply, reshape(apply, name, 2, 2, 1, 5, 4), 2, 2, 3, 5, 4), 2, 6, 5, 4)
    return reshape(apply, expand(apply, reshape(apply, six, 2, 6, 1, 5, 4), 2, 6, 2, 5, 4), 2, 12, 5, 4)
  }),
  "heads that are repeated, and repeated again one after the other": shared(12, (apply, name) => {
    const six = reshape(apply, expand(apply, reshape(apply, name, 2, 2, 1, 5, 4), 2, 2, 3, 5, 4), 2, 6, 5, 4)
    return reshape(apply, expand(apply, reshape(apply, six, 2, 1, 6, 5, 4), 2, 2, 6, 5, 4), 2, 12, 5, 4)
  }),
  "heads one after the other, and repeated again": shared(12, (apply, name) => {
    const six = reshape(apply, expand(apply, reshape(apply, name, 2, 1, 2, 5, 4), 2, 3, 2, 5, 4), 2, 6, 5, 4)
    return reshape(apply, expand(apply, reshape(apply, six, 2, 6, 1, 5, 4), 2, 6, 2, 5, 4), 2, 12, 5, 4)
  }),
  "heads repeated both ways at once": shared(12, (apply, name) =>
    reshape(apply, expand(apply, reshape(apply, name, 2, 1, 2, 1, 5, 4), 2, 2, 2, 3, 5, 4), 2, 12, 5, 4),
  ),
  "images that are repeated among heads": shared(4, (apply, name) =>
    turn(
      apply,
      reshape(apply, expand(apply, reshape(apply, name, 2, 2, 1, 5, 4), 2, 2, 2, 5, 4), 4, 2, 5, 4),
      1,
      0,
      2,
      3,
    ),
  ),
  "floats that are repeated among heads": shared(6, (apply, name) =>
    reshape(apply, expand(apply, reshape(apply, name, 2, 2, 5, 4, 1), 2, 2, 5, 4, 3), 2, 6, 5, 4),
  ),
  "keys that are repeated": shared(2, (apply, name) =>
    reshape(apply, expand(apply, reshape(apply, name, 2, 2, 5, 1, 4), 2, 2, 5, 3, 4), 2, 2, 15, 4),
  ),
  "heads repeated, of which some are taken": shared(4, (apply, name) => {
    const six = reshape(apply, expand(apply, reshape(apply, name, 2, 2, 1, 5, 4), 2, 2, 3, 5, 4), 2, 6, 5, 4)
    return apply("Slice", [six, integers(1), integers(5), integers(1)])
  }),
  "heads repeated, of which every second is taken": shared(3, (apply, name) => {
    const six = reshape(apply, expand(apply, reshape(apply, name, 2, 2, 1, 5, 4), 2, 2, 3, 5, 4), 2, 6, 5, 4)
    return apply("Slice", [six, integers(0), integers(6), integers(1), integers(2)])
  }),
  "heads repeated from the last to the first": shared(6, (apply, name) => {
    const back = apply("Slice", [name, integers(-1), integers(-9), integers(1), integers(-1)])
    return reshape(apply, expand(apply, reshape(apply, back, 2, 2, 1, 5, 4), 2, 2, 3, 5, 4), 2, 6, 5, 4)
  }),
  "heads repeated of every second key": shared(6, (apply, name) => {
    const half = apply("Slice", [name, integers(0), integers(5), integers(2), integers(2)])
    return reshape(apply, expand(apply, reshape(apply, half, 2, 2, 1, 3, 4), 2, 2, 3, 3, 4), 2, 6, 3, 4)
  }),
  "heads of an equal number of keys, turned": shared(
    6,
    (apply, name) =>
      turn(
        apply,
        reshape(
          apply,
          expand(apply, reshape(apply, turn(apply, name, 0, 2, 1, 3), 2, 2, 1, 2, 4), 2, 2, 3, 2, 4),
          2,
          6,
          2,
          4,
        ),
        0,
        1,
        2,
        3,
      ),
    [2, 2, 2, 4],
  ),
  "one head for all, of one image": shared(
    4,
    (apply, name) => reshape(apply, expand(apply, reshape(apply, name, 1, 1, 1, 5, 4), 2, 1, 4, 5, 4), 2, 4, 5, 4),
    [1, 1, 5, 4],
  ),
  "one head for all, by Expand alone": shared(4, (apply, name) => expand(apply, name, 2, 4, 5, 4), [2, 1, 5, 4]),
  "images and heads in one axis": {
    inputs: { query: random([12, 21, 4], 1), key: random([2, 2, 5, 4], 2), value: random([2, 2, 5, 4], 3) },
    build: (apply) => {
      const repeat = (name: string) =>
        reshape(apply, expand(apply, reshape(apply, name, 2, 2, 1, 5, 4), 2, 2, 3, 5, 4), 12, 5, 4)
      const product = apply("MatMul", ["query", turn(apply, repeat("key"), 0, 2, 1)])
      return { [apply("MatMul", [apply("Softmax", [product], { axis: 2 }), repeat("value")])]: 3 }
    },
  },
  "heads that keys and values share unequally": {
    inputs: { query: random([2, 6, 21, 4], 1), key: random([2, 2, 5, 4], 2), value: random([2, 3, 5, 4], 3) },
    build: (apply) => {
      const key = reshape(apply, expand(apply, reshape(apply, "key", 2, 2, 1, 5, 4), 2, 2, 3, 5, 4), 2, 6, 5, 4)
      const value = reshape(apply, expand(apply, reshape(apply, "value", 2, 3, 1, 5, 4), 2, 3, 2, 5, 4), 2, 6, 5, 4)
      return { [attention(apply, { key: turn(apply, key, 0, 1, 3, 2), value })]: 4 }
    },
  },
  "five axes": {
    inputs: { query: random([2, 1, 3, 21, 4], 1), key: random([2, 1, 1, 4, 5], 2), value: random([1, 3, 5, 4], 3) },
    build: (apply) => ({ [attention(apply, { axis: 4 })]: 5 }),
  },
  "five axes, of which three are long": {
    inputs: { query: random([2, 2, 3, 21, 4], 1), key: random([2, 1, 1, 4, 5], 2), value: random([2, 3, 5, 4], 3) },
    build: (apply) => ({ [attention(apply, { axis: 4 })]: 5 }),
  },
  "values of more images than scores": {
    inputs: { query: random([1, 3, queries, 6], 1), key: random([1, 3, 6, keys], 2), value: plain.value },
    build: (apply) => ({ [attention(apply)]: 4 }),
  },

  "no keys": model({ query: plain.query, key: random([2, 3, 6, 0], 1), value: random([2, 3, 0, 4], 1) }, () => ({
    shares: zeros,
  })),
  "no floats": model({ query: random([2, 3, queries, 0], 1), key: random([2, 3, 0, keys], 1), value: plain.value }),
  "no queries": model({ ...plain, query: random([2, 3, 0, 6], 1) }),
  "no floats of values": model({ ...plain, value: random([2, 3, keys, 0], 1) }),
  "no heads": model({
    query: random([2, 0, queries, 6], 1),
    key: random([2, 0, 6, keys], 1),
    value: random([2, 0, keys, 4], 1),
  }),

  "a result that is used twice": {
    inputs: plain,
    build: (apply) => {
      const made = attention(apply)
      return { [apply("Add", [made, reshape(apply, turn(apply, made, 0, 2, 1, 3), 2, 3, queries, 4)])]: 4 }
    },
  },
  "a result that is turned round": {
    inputs: plain,
    build: (apply) => ({ [turn(apply, attention(apply), 3, 2, 1, 0)]: 4 }),
  },
  "a result of one head that is turned": {
    inputs: {
      query: random([2, 1, queries, 6], 1),
      key: random([2, 1, 6, keys], 2),
      value: random([2, 1, keys, 4], 3),
    },
    build: (apply) => ({ [turn(apply, attention(apply), 2, 1, 0, 3)]: 4 }),
  },
  "a result of which images and heads change places": {
    inputs: square,
    build: (apply) => ({ [turn(apply, attention(apply), 1, 0, 2, 3)]: 4 }),
  },
  "a result of which some queries are taken": {
    inputs: plain,
    build: (apply) => ({ [apply("Slice", [attention(apply), integers(0), integers(3), integers(2)])]: 4 }),
  },
}

const all = Object.entries(cases)
/** Compiling takes most of the time. */
const some = all.filter((_, index) => index % 3 === 0)

const why = missingDriver("pocl")

describe.skipIf(why)(`What looks like attention${why ? ` (not here: ${why})` : ""}`, () => {
  const runner = createNetworkRunner()
  afterAll(() => runner.release())

  it.each(ofForm(all, some))("%s", async (_, one) => {
    for (const { shapes, furthest } of await both(runner, one)) {
      expect(shapes[0]).toEqual(shapes[1])
      expect(furthest).toBeLessThan(1e-5)
    }
  })
})
