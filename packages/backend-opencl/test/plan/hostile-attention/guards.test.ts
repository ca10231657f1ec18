import type { Apply } from "../against-onnxruntime.js"
import { filled, random } from "../filled.js"
import {
  keys,
  model,
  number,
  plain,
  queries,
  reshape,
  scored,
  square,
  testAttention,
  zeros,
} from "./attention-graph.js"

/** Scores of which one query's are no numbers. */
const spoilt = (apply: Apply, scores: string) =>
  apply("Add", [scores, filled([queries, 1], (index) => (index === 2 ? Number.NaN : 0))])

testAttention("guards against rows that are no numbers", {
  "a guard that makes images of one": model(
    { query: random([1, 3, queries, 6], 1), key: random([1, 3, 6, keys], 2), value: plain.value },
    () => ({
      scores: spoilt,
      shares: (apply, shares) => apply("Where", [apply("IsNaN", [shares]), filled([2, 1, 1, 1], () => 0), shares]),
    }),
  ),
  "a guard with zeros but one": model(plain, () => ({
    scores: spoilt,
    shares: (apply, shares) =>
      apply("Where", [apply("IsNaN", [shares]), filled([keys], (index) => Number(index === 6)), shares]),
  })),
  "a guard with zeros that are an input": model({ ...plain, zero: number(0.5, 1) }, () => ({
    scores: spoilt,
    shares: (apply, shares) => apply("Where", [apply("IsNaN", [shares]), "zero", shares]),
  })),
  "a guard in another shape": model(plain, () => ({
    scores: spoilt,
    shares: (apply, shares) => {
      const guarded = zeros(apply, reshape(apply, shares, 6, queries, keys))
      return reshape(apply, guarded, ...scored)
    },
  })),
  "a guard of a guard": model(plain, () => ({
    scores: spoilt,
    shares: (apply, shares) => zeros(apply, zeros(apply, shares)),
  })),
  "a guard, and a scale of shares": model(plain, () => ({
    scores: spoilt,
    shares: (apply, shares) => apply("Mul", [zeros(apply, shares), number(3)]),
  })),
  "shares that are the values as well": model(square, () => ({
    shares: (apply, shares) => zeros(apply, apply("MatMul", [shares, shares])),
  })),
})
