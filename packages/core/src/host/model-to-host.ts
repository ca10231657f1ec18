import type { ModelKind, PartRole, TensorSpec } from "../backend.js"

/** What a host needs of an open model: a `SealedModel` is one. */
export interface ModelToHost {
  readonly header: {
    /** Hex of the model's id, 16 bytes. */
    readonly model: string
    /** Hex of 32 bytes that no other seal has. */
    readonly commitment: string
  }
  readonly manifest: {
    readonly kind: ModelKind
    readonly inputs: readonly TensorSpec[]
    readonly outputs: readonly TensorSpec[]
  }
  readonly parts: readonly PartToHost[]
}

/** One part: a `SealedPart` is one. */
export interface PartToHost {
  readonly role: PartRole
  readonly name: string
  readonly byteLength: number
  into(target: Uint8Array, options?: { readonly signal?: AbortSignal }): Promise<void>
  chunks(options?: { readonly signal?: AbortSignal }): AsyncIterable<Uint8Array>
}
