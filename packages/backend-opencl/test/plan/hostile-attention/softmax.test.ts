import { random } from "../filled.js"
import { keys, model, plain, queries, reshape, scored, square, testAttention, turn } from "./attention-graph.js"

testAttention("softmax over other axes, scores and shares in other shapes", {
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
})
