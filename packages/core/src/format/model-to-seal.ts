import type { ModelKind, PartRole } from "../backend.js"
import type { Source } from "../source/source.js"
import type { TensorSpec } from "../tensor.js"

/** One part as it is before it is sealed. */
export interface PartToSeal {
  readonly role: PartRole
  /** A relative path with single slashes, as spec/sealed-model.md allows it; unique in its model. */
  readonly name: string
  /** Where its plaintext comes from. */
  readonly source: Source
}

/** A model as it is before it is sealed: what the importers give and `sealModel` takes. */
export interface ModelToSeal {
  readonly kind: ModelKind
  readonly inputs: readonly TensorSpec[]
  readonly outputs: readonly TensorSpec[]
  readonly parts: readonly PartToSeal[]
}
