import type { KernelCall } from "../launch.js"
import type { Expression } from "./expression.js"
import type { Tensor } from "./tensor.js"
import type { TensorType } from "./tensor-type.js"

/** What every operation of the engine's own graph has. */
interface Common {
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
  /** Nothing but the model decides its results: it is computed once. */
  readonly isConstant: boolean
}

/** One value for each element of the result, from operands that broadcast to it as numpy's do. */
export interface Elementwise extends Common {
  readonly kind: "elementwise"
  readonly expression: Expression
}

/** Elements of the input at `offset` plus the sum of the result's coordinates times `strides`, in elements. */
export interface View extends Common {
  readonly kind: "view"
  readonly offset: number
  readonly strides: readonly number[]
}

/** Inputs behind one another along an axis. */
export interface Concat extends Common {
  readonly kind: "concat"
  readonly axis: number
}

/** A product of matrices, as numpy.matmul has it: `[..., M, K]` times `[..., K, N]`, leading dimensions broadcast. */
export interface MatMul extends Common {
  readonly kind: "matmul"
}

/** A convolution of `[N, C, ...]` with `[M, C / groups, ...]` and, third, a bias `[M]` if there is one. */
export interface Convolution extends Common {
  readonly kind: "convolution"
  readonly groups: number
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  /** Zeros before and after each spatial dimension: first all befores. */
  readonly pads: readonly number[]
}

/**
 * What a convolution of the result would make of the input, the other way round: `[N, C, ...]` of float32, with
 * `[C, M, ...]` and, third, a bias `[M]` if there is one; in one or two spatial dimensions.
 */
export interface TransposedConvolution extends Common {
  readonly kind: "transposed-convolution"
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  /** What is cut off of the result before each spatial dimension. */
  readonly pads: readonly number[]
}

/** The largest or the average of windows of `[N, C, ...]`. */
export interface Pool extends Common {
  readonly kind: "pool"
  readonly mode: "max" | "average"
  readonly window: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly pads: readonly number[]
  /** Averages divide by the whole window, zeros of the padding included. */
  readonly countsPadding: boolean
}

export type ReduceMode = "sum" | "mean" | "max" | "min" | "product" | "sumOfSquares" | "sumOfAbsolutes"

/** Folds `axes`, which the result has with length 1. */
export interface Reduce extends Common {
  readonly kind: "reduce"
  readonly mode: ReduceMode
  /** Sorted. */
  readonly axes: readonly number[]
}

/** Over the last dimension: x - max, exp, and divided by their sum; or the logarithm of that. */
export interface Softmax extends Common {
  readonly kind: "softmax"
  readonly isLogarithm: boolean
}

/** Over the last dimension: subtracts the mean, divides by the root of variance + epsilon; then scale and bias, if any. */
export interface LayerNorm extends Common {
  readonly kind: "layer-norm"
  readonly epsilon: number
}

/**
 * A kernel of its own. `body` is OpenCL C of one work-item, of which there are `items`, by default one for each element
 * of the first result; `i` is its index, an int. `LOADn(index)` is an element of input n, as its computed type;
 * `STOREn(index, value)` writes one of result n, and `READn(index)` is what the work-item itself has written there. Sizes
 * are written into the body, as arguments of the kernel (codegen/size-arguments.ts) where they differ from run to run.
 */
export interface Custom extends Common {
  readonly kind: "custom"
  readonly body: string
  /** Functions and constants before the kernel. Names begin with `KERNEL_`. */
  readonly helpers: string
  readonly items: number
  /**
   * The same for images whose blocks of channels lie together (kernels/layout.ts), as the first input and the result then
   * do: buffers `input`, those of the other inputs, `input1` and on, which are row-major, and `output`.
   */
  readonly inBlocks: KernelCall | undefined
}

export type Operation =
  | Elementwise
  | View
  | Concat
  | MatMul
  | Convolution
  | TransposedConvolution
  | Pool
  | Reduce
  | Softmax
  | LayerNorm
  | Custom

/** Without what an operation's makers needn't say. */
export type OperationOf<Kind extends Operation["kind"]> = Kind extends unknown
  ? Omit<Extract<Operation, { readonly kind: Kind }>, "inputs" | "outputs" | "isConstant">
  : never

/** A result's type and shape. */
export interface Result {
  readonly type: TensorType
  readonly shape: readonly number[]
}
