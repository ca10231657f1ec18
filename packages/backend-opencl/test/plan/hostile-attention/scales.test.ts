import { integers, type TestTensor } from "../../operators/network-runner.js"
import type { Apply } from "../against-onnxruntime.js"
import { random } from "../filled.js"
import {
  batch,
  depth,
  heads,
  keys,
  model,
  number,
  plain,
  queries,
  reshape,
  testAttention,
  turn,
  zeros,
} from "./attention-graph.js"

const scaledBoth = (scale: TestTensor) => (apply: Apply) => ({
  query: apply("Mul", ["query", scale]),
  key: apply("Mul", ["key", scale]),
})

/** Keys one after the other, as exporters have them, whose scales are part of the kernel. */
const rows = { ...plain, key: random([batch, heads, keys, depth], 2) }
const turned = (apply: Apply) => turn(apply, "key", 0, 1, 3, 2)

testAttention("scales and what is multiplied by itself", {
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
  "turned keys, scaled by infinity, and a query by zero": model(rows, (apply) => ({
    query: apply("Mul", ["query", number(0)]),
    key: apply("Mul", [turned(apply), number(Number.POSITIVE_INFINITY)]),
    shares: zeros,
  })),
  "turned keys, scaled before and after": model(rows, (apply) => ({
    key: apply("Mul", [turn(apply, apply("Mul", ["key", number(-3)]), 0, 1, 3, 2), number(0.2)]),
  })),
  "turned keys with a scale for each float": model({ ...rows, s: random([depth, 1], 4) }, (apply) => ({
    key: apply("Mul", [turned(apply), "s"]),
  })),
  "turned keys of one float, scaled": model(
    { query: random([2, 3, queries, 1], 1), key: random([2, 3, keys, 1], 2), value: plain.value },
    (apply) => ({ key: apply("Mul", [turned(apply), number(0.7)]) }),
  ),
  "turned keys that are scaled, and looked at": model(rows, (apply) => {
    const key = apply("Mul", [turned(apply), number(0.6)])
    return { key, query: apply("Mul", ["query", apply("ReduceMax", [key], { keepdims: 0 })]) }
  }),
  "more scales than are looked for": model(rows, (apply) => ({
    query: [1.1, 1.2, 1.3, 1.4, 0.6].reduce((name, one) => apply("Mul", [name, number(one)]), "query"),
    key: [0.7, 0.8, 0.9, 1.1, 1.2].reduce((name, one) => apply("Mul", [name, number(one)]), turned(apply)),
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
  "queries and turned keys that are divided": model(rows, (apply) => ({
    query: apply("Div", ["query", number(2.5)]),
    key: apply("Div", [apply("Mul", [turned(apply), number(3)]), number(0.7)]),
  })),
  "queries that are divided by many": model({ ...plain, s: random([6], 4) }, (apply) => ({
    query: apply("Div", ["query", "s"]),
  })),
  "one query that divides a number": model(
    { ...plain, query: number(0.9, 1, 1, 1, 1), key: random([1, 1, 1, 7], 2), value: random([1, 1, 7, 4], 3) },
    (apply) => ({ query: apply("Div", [number(1.7, 1, 1, 1, 1), "query"]) }),
  ),
  "a number divided by queries": model(plain, (apply) => ({ query: apply("Div", [number(0.5), "query"]) })),
})
