import { integers } from "../../operators/network-runner.js"
import { random } from "../filled.js"
import { attention, keys, plain, queries, reshape, square, testAttention, turn } from "./attention-graph.js"

testAttention("what becomes of the result", {
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
})
