/** The folders of onnx/backend/test/data: one node each, whole networks without their weights, and PyTorch's. */
export const kinds = ["node", "light", "simple", "pytorch-operator", "pytorch-converted"] as const
export type Kind = (typeof kinds)[number]

/** One of ONNX's backend tests: a model, and what it makes of what. Paths. */
export interface Case {
  readonly kind: Kind
  /** The only one of its kind. */
  readonly name: string
  readonly model: string
  readonly sets: readonly DataSet[]
  readonly tolerance: Tolerance
}

/** Files of one TensorProto each, in the order of the graph's inputs and outputs. */
export interface DataSet {
  /** `"ramp"`: float32, evenly from 0 to below 1, as onnx/backend/test/runner makes it. */
  readonly inputs: readonly string[] | "ramp"
  readonly outputs: readonly string[]
}

/** Of floating-point numbers: `|actual - expected| <= absolute + relative * |expected|`, as NumPy's assert_allclose. */
export interface Tolerance {
  readonly relative: number
  readonly absolute: number
}
