import type { Operator } from "../network.js"

/** What TensorFlow calls them, in graph models and in SavedModels. */
export const tensorflowOperators: { readonly [Name in Operator]: string } = {
  identity: "Identity",
  add: "AddV2",
  subtract: "Sub",
  matmul: "MatMul",
  not: "LogicalNot",
  unheard: "StrongroomUnheard",
}
