import { random } from "../filled.js"
import { attention, keys, model, plain, queries, testAttention, zeros } from "./attention-graph.js"

testAttention("other numbers of axes, and lengths of none", {
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
})
