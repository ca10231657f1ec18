import { integers } from "../../operators/network-runner.js"
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

/** As PyTorch's `_safe_softmax` is exported. */
const safely = (apply: Apply, shares: string, scores: string) => {
  const isMasked = apply("Cast", [apply("Equal", [scores, number(Number.NEGATIVE_INFINITY)])], { to: 9 })
  const least = apply("ReduceMin", [apply("Cast", [isMasked], { to: 7 }), integers(-1)], { keepdims: 1 })
  const nothing = apply("Expand", [number(0), apply("Shape", [shares])])
  return apply("Where", [apply("Cast", [least], { to: 9 }), nothing, shares])
}

/** Scores of which one query's are all minus infinity, and some of others. */
const hidden = (apply: Apply, scores: string) =>
  apply("Add", [scores, filled([queries, keys], (index) => (index % 67 < keys ? Number.NEGATIVE_INFINITY : 0))])

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
  "a safe softmax of operator set 18": model(plain, () => ({ scores: hidden, shares: safely }), 4, 18),
  "a safe softmax of scores that are no numbers": model(plain, () => ({ scores: spoilt, shares: safely }), 4, 18),
  "a safe softmax that looks at the product, and not at what is masked": model(
    plain,
    (apply) => ({
      scores: hidden,
      shares: (to, shares) => safely(to, shares, apply("MatMul", ["query", "key"])),
    }),
    4,
    18,
  ),
  "a safe softmax that another guard follows": model(
    plain,
    () => ({ scores: spoilt, shares: (apply, shares, scores) => zeros(apply, safely(apply, shares, scores)) }),
    4,
    18,
  ),
  "shares that are the values as well": model(square, () => ({
    shares: (apply, shares) => zeros(apply, apply("MatMul", [shares, shares])),
  })),
})
