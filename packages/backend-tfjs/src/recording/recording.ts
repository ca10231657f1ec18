import type { engine, KernelFunc, NamedAttrMap, Tensor } from "@tensorflow/tfjs-core"
import type { Nested } from "./nested.js"

/** The kernels that a run called, one after another, to be called again with other inputs of the same types and shapes. */
export interface Recording {
  /** A run's tensors by their places. Weights are there already; all others come as it goes on. */
  readonly tensors: readonly (Tensor | undefined)[]
  /** The places of inputs, by their names. */
  readonly inputs: ReadonlyMap<string, number>
  readonly constants: readonly Constant[]
  readonly steps: readonly Step[]
  /** The places of outputs, in their order. */
  readonly outputs: readonly number[]
}

/**
 * A tensor that a run makes of what it knows without its inputs. It is made anew each time: on GPUs it makes a difference
 * whether a kernel has had it already, and whoever gets it as an output may get the array itself.
 */
export interface Constant {
  readonly place: number
  readonly made: Parameters<ReturnType<typeof engine>["makeTensor"]>
}

/** One call of a kernel. */
export interface Step {
  readonly kernel: KernelFunc
  /** Places of tensors. */
  readonly inputs: Nested<number>
  readonly attrs: NamedAttrMap
  readonly results: readonly Result[]
  /** Whether it leaves tensors in the open scope that aren't its results. */
  readonly leavesOthers: boolean
  /** Places of tensors that nothing after this step takes, to be freed. */
  readonly lastUsed: readonly number[]
}

/** What a kernel returned when it was recorded. */
export interface Result {
  readonly place: number
  readonly shape: readonly number[]
  readonly dtype: string
}

export function isPlace(value: unknown): value is number {
  return typeof value === "number"
}
