import type { Tensor, TensorSpec } from "@strongroom/core"

/** A small network, from which every writer makes a model of its kind that computes the same. */
export interface Network {
  readonly inputs: readonly TensorSpec[]
  /** Each is the output of a node of that name. */
  readonly outputs: readonly TensorSpec[]
  readonly weights: readonly Weight[]
  /** In an order in which they can be computed. */
  readonly nodes: readonly NetworkNode[]
  /** True: weights are in parts of their own, where the kind leaves a choice. */
  readonly separateWeights: boolean
}

export interface Weight {
  readonly name: string
  readonly tensor: Tensor<"float32">
}

/**
 * - `identity`: the input, every bit of it.
 * - `add`, `subtract`: of two tensors of one type, with NumPy's broadcasting of a missing outer dimension.
 * - `matmul`: of two matrices.
 * - `not`: of bools.
 * - `unheard`: an operator that no engine has.
 */
export type Operator = "identity" | "add" | "subtract" | "matmul" | "not" | "unheard"

export interface NetworkNode {
  readonly operator: Operator
  readonly inputs: readonly string[]
  /** The tensor that it gives; also the node's own name. */
  readonly output: string
}
