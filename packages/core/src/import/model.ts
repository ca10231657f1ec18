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

/** A {@link ModelToSeal} that its receiver owns: `close()` closes the sources of all its parts. Safe twice. */
export interface ImportedModel extends ModelToSeal, AsyncDisposable {
  close(): Promise<void>
}

/** `model` with `close()`. */
export function imported(model: ModelToSeal): ImportedModel {
  const close = () => closeAll(model.parts.map((part) => part.source))
  return { ...model, close, [Symbol.asyncDispose]: close }
}

/** Closes them all, also when one of them fails to. */
export async function closeAll(sources: Iterable<Source>): Promise<void> {
  await Promise.allSettled(Array.from(sources, (source) => source.close()))
}
