import { integers } from "../../operators/network-runner.js"
import type { Apply, SmallModel } from "../against-onnxruntime.js"
import { random } from "../filled.js"
import { attention, expand, reshape, testAttention, turn } from "./attention-graph.js"

/** Queries of so many heads, with what `share` makes of keys and values of shape `from`. */
const shared = (heads: number, share: (apply: Apply, name: string) => string, from = [2, 2, 5, 4]): SmallModel => ({
  inputs: { query: random([2, heads, 21, 4], 1), key: random(from, 2), value: random(from, 3) },
  build: (apply) => ({
    [attention(apply, {
      key: apply("Transpose", [share(apply, "key")], { perm: [0, 1, 3, 2] }),
      value: share(apply, "value"),
    })]: 4,
  }),
})

/** What is shaped as `from`, is repeated to `wide`, and shaped as `to`. */
const repeat = (apply: Apply, name: string, from: readonly number[], wide: readonly number[], to: readonly number[]) =>
  reshape(apply, expand(apply, reshape(apply, name, ...from), ...wide), ...to)

testAttention("heads that share keys and values", {
  "heads one after the other": shared(6, (apply, name) =>
    repeat(apply, name, [2, 1, 2, 5, 4], [2, 3, 2, 5, 4], [2, 6, 5, 4]),
  ),
  "heads that are repeated": shared(6, (apply, name) =>
    repeat(apply, name, [2, 2, 1, 5, 4], [2, 2, 3, 5, 4], [2, 6, 5, 4]),
  ),
  "heads that are repeated twice": shared(12, (apply, name) => {
    const six = repeat(apply, name, [2, 2, 1, 5, 4], [2, 2, 3, 5, 4], [2, 6, 5, 4])
    return repeat(apply, six, [2, 6, 1, 5, 4], [2, 6, 2, 5, 4], [2, 12, 5, 4])
  }),
  "heads that are repeated, and repeated again one after the other": shared(12, (apply, name) => {
    const six = repeat(apply, name, [2, 2, 1, 5, 4], [2, 2, 3, 5, 4], [2, 6, 5, 4])
    return repeat(apply, six, [2, 1, 6, 5, 4], [2, 2, 6, 5, 4], [2, 12, 5, 4])
  }),
  "heads one after the other, and repeated again": shared(12, (apply, name) => {
    const six = repeat(apply, name, [2, 1, 2, 5, 4], [2, 3, 2, 5, 4], [2, 6, 5, 4])
    return repeat(apply, six, [2, 6, 1, 5, 4], [2, 6, 2, 5, 4], [2, 12, 5, 4])
  }),
  "heads repeated both ways at once": shared(12, (apply, name) =>
    repeat(apply, name, [2, 1, 2, 1, 5, 4], [2, 2, 2, 3, 5, 4], [2, 12, 5, 4]),
  ),
  "images that are repeated among heads": shared(4, (apply, name) =>
    turn(apply, repeat(apply, name, [2, 2, 1, 5, 4], [2, 2, 2, 5, 4], [4, 2, 5, 4]), 1, 0, 2, 3),
  ),
  "floats that are repeated among heads": shared(6, (apply, name) =>
    repeat(apply, name, [2, 2, 5, 4, 1], [2, 2, 5, 4, 3], [2, 6, 5, 4]),
  ),
  "keys that are repeated": shared(2, (apply, name) =>
    repeat(apply, name, [2, 2, 5, 1, 4], [2, 2, 5, 3, 4], [2, 2, 15, 4]),
  ),
  "heads repeated, of which some are taken": shared(4, (apply, name) => {
    const six = repeat(apply, name, [2, 2, 1, 5, 4], [2, 2, 3, 5, 4], [2, 6, 5, 4])
    return apply("Slice", [six, integers(1), integers(5), integers(1)])
  }),
  "heads repeated, of which every second is taken": shared(3, (apply, name) => {
    const six = repeat(apply, name, [2, 2, 1, 5, 4], [2, 2, 3, 5, 4], [2, 6, 5, 4])
    return apply("Slice", [six, integers(0), integers(6), integers(1), integers(2)])
  }),
  "heads repeated from the last to the first": shared(6, (apply, name) => {
    const back = apply("Slice", [name, integers(-1), integers(-9), integers(1), integers(-1)])
    return repeat(apply, back, [2, 2, 1, 5, 4], [2, 2, 3, 5, 4], [2, 6, 5, 4])
  }),
  "heads repeated of every second key": shared(6, (apply, name) => {
    const half = apply("Slice", [name, integers(0), integers(5), integers(2), integers(2)])
    return repeat(apply, half, [2, 2, 1, 3, 4], [2, 2, 3, 3, 4], [2, 6, 3, 4])
  }),
  "heads of an equal number of keys, turned": shared(
    6,
    (apply, name) =>
      turn(
        apply,
        repeat(apply, turn(apply, name, 0, 2, 1, 3), [2, 2, 1, 2, 4], [2, 2, 3, 2, 4], [2, 6, 2, 4]),
        0,
        1,
        2,
        3,
      ),
    [2, 2, 2, 4],
  ),
  "one head for all, of one image": shared(
    4,
    (apply, name) => repeat(apply, name, [1, 1, 1, 5, 4], [2, 1, 4, 5, 4], [2, 4, 5, 4]),
    [1, 1, 5, 4],
  ),
  "one head for all, by Expand alone": shared(4, (apply, name) => expand(apply, name, 2, 4, 5, 4), [2, 1, 5, 4]),
  "images and heads in one axis": {
    inputs: { query: random([12, 21, 4], 1), key: random([2, 2, 5, 4], 2), value: random([2, 2, 5, 4], 3) },
    build: (apply) => {
      const key = repeat(apply, "key", [2, 2, 1, 5, 4], [2, 2, 3, 5, 4], [12, 5, 4])
      const value = repeat(apply, "value", [2, 2, 1, 5, 4], [2, 2, 3, 5, 4], [12, 5, 4])
      const product = apply("MatMul", ["query", turn(apply, key, 0, 2, 1)])
      return { [apply("MatMul", [apply("Softmax", [product], { axis: 2 }), value])]: 3 }
    },
  },
  "heads that keys and values share unequally": {
    inputs: { query: random([2, 6, 21, 4], 1), key: random([2, 2, 5, 4], 2), value: random([2, 3, 5, 4], 3) },
    build: (apply) => {
      const key = repeat(apply, "key", [2, 2, 1, 5, 4], [2, 2, 3, 5, 4], [2, 6, 5, 4])
      const value = repeat(apply, "value", [2, 3, 1, 5, 4], [2, 3, 2, 5, 4], [2, 6, 5, 4])
      return { [attention(apply, { key: turn(apply, key, 0, 1, 3, 2), value })]: 4 }
    },
  },
})
