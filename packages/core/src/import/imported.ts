import type { ModelToSeal } from "../format/model-to-seal.js"
import type { Source } from "../source/source.js"

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
