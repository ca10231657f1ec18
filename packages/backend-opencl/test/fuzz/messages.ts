export interface ChildOptions {
  /** The folder onnx/backend/test/data. */
  readonly data: string
  readonly seed: number
  readonly first: number
  readonly step: number
  /** A module from which onnxruntime-node is found; undefined: nothing is compared. */
  readonly onnxruntime?: string
  /** Part of the cases' names. */
  readonly filter: string
}

export type Outcome = "taken" | "refused" | "declined" | "broke"

export type FromChild =
  | { readonly kind: "begun"; readonly index: number; readonly name: string }
  | { readonly kind: "answered"; readonly index: number; readonly outcome: Outcome; readonly reason?: string }
  | { readonly kind: "differs"; readonly index: number; readonly problem: string }
