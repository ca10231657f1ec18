import type { RawTensor } from "@strongroom/core/backend"
import type { Tensor } from "@tensorflow/tfjs-core"

/** An engine that runs SavedModels. */
export interface SavedModels {
  /**
   * Loads the graph with these tags, and the variables, of the SavedModel whose saved_model.pb is at `path`. When this
   * returns, the files of the graph and the variables are gone.
   *
   * @throws UnknownOperator; Error with the engine's own words.
   */
  open(path: string, tags: readonly string[]): Promise<OpenSavedModel>
  /** A tensor of a type that TensorFlow.js itself lacks, with a copy of the elements; `undefined` for any other. */
  toTensor(raw: RawTensor): Tensor | undefined
  /** The elements of such a tensor, in an array of their own; `undefined` for any other. */
  fromTensor(tensor: Tensor): RawTensor | undefined
}

export interface OpenSavedModel {
  /** Computes `outputs` of `inputs`, both named as the graph names its tensors. The results are the open scope's. */
  run(inputs: readonly (readonly [name: string, tensor: Tensor])[], outputs: readonly string[]): readonly Tensor[]
  close(): void
}

/** Element types that SavedModels have there beyond TensorFlow.js's. */
export const savedModelTypes = ["int64", "uint8"] as const

/** What a publisher's model, or an app, needs where no engine runs SavedModels. */
export const withoutTensorflow =
  "Only TensorFlow's own library runs SavedModels. In Node " +
  'run "npx strongroom setup tfjs-cpu" and name the engine "tfjs-node" or "auto"; for other engines and pages convert it ' +
  "by tensorflowjs_converter to a graph model, and seal that."

/** The engine has no such operator: its type is in `operator`. */
export class UnknownOperator extends Error {
  readonly operator: string

  constructor(operator: string) {
    super("The engine lacks an operator.")
    this.operator = operator
  }
}
