import type { NamedTensorMap, Tensor } from "@tensorflow/tfjs-core"

/** A model of any kind whose weights are in an engine. */
export interface Computation {
  /** Computes `outputs`, in their order, from inputs by the model's names. The tensors are the open scope's. */
  execute(inputs: NamedTensorMap, outputs: readonly string[]): Promise<readonly Tensor[]>
  dispose(): void
}
