import { filled, random } from "../filled.js"
import { keys, model, number, plain, queries, scored, testAttention, zeros } from "./attention-graph.js"

testAttention("masks, and scores that are changed", {
  "a mask for each image": model(plain, () => ({
    scores: (apply, scores) => apply("Add", [scores, filled([2, 1, 1, 1], (index) => index)]),
  })),
  "a mask for each query": model(plain, () => ({
    scores: (apply, scores) => apply("Mul", [filled([queries, 1], (index) => index - 2), scores]),
  })),
  "a mask for each head and key": model(plain, () => ({
    scores: (apply, scores) => apply("Add", [scores, filled([3, 1, keys], Math.sin)]),
  })),
  "a mask that makes images of one": model(
    { query: random([1, 3, queries, 6], 1), key: random([1, 3, 6, keys], 2), value: plain.value },
    () => ({ scores: (apply, scores) => apply("Add", [scores, filled([2, 1, 1, keys], Math.cos)]) }),
  ),
  "a mask that makes heads of one": model(
    { query: random([2, 1, queries, 6], 1), key: random([2, 1, 6, keys], 2), value: plain.value },
    () => ({ scores: (apply, scores) => apply("Add", [scores, filled([3, queries, keys], Math.cos)]) }),
  ),
  "a mask that makes keys of one": model(
    { query: plain.query, key: random([2, 3, 6, 1], 2), value: plain.value },
    () => ({ scores: (apply, scores) => apply("Add", [scores, filled([keys], Math.cos)]) }),
  ),
  "a mask with more axes than scores": model(
    plain,
    () => ({
      scores: (apply, scores) => apply("Add", [scores, filled([1, 1, 1, 1, keys], Math.cos)]),
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
      apply("Add", [scores, filled([queries, keys], (index) => (index % 67 === 3 ? Number.POSITIVE_INFINITY : 0))]),
  })),
  "rows of plus infinity, guarded": model(plain, () => ({
    scores: (apply, scores) =>
      apply("Add", [scores, filled([queries, keys], (index) => (index % 67 === 3 ? Number.POSITIVE_INFINITY : 0))]),
    shares: zeros,
  })),
})
