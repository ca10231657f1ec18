import { type Part, StrongroomError } from "@strongroom/core/backend"

/** What core's importer says of a sealed SavedModel: which graph, and its tensors by the signature's keys. */
export interface Description {
  readonly tags: readonly string[]
  readonly inputs: ReadonlyMap<string, string>
  readonly outputs: ReadonlyMap<string, string>
}

/** @throws StrongroomError `backend-failed` for what isn't one. */
export async function readDescription(part: Part, signal: AbortSignal): Promise<Description> {
  const plaintext = await part.bytes(signal)
  try {
    const { format, tags, inputs, outputs } = JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(plaintext.bytes),
    )
    const found = { tags, inputs: textsOf(inputs), outputs: textsOf(outputs) }
    if (format === "strongroom-saved-model/1" && Array.isArray(tags) && tags.every(isText)) return found
  } catch {
    // Below: the parser's own message would quote the text.
  } finally {
    plaintext.close()
  }
  return brokenSavedModel()
}

export function brokenSavedModel(): never {
  throw new StrongroomError("backend-failed", "This isn't a SavedModel as it is sealed: import and seal it again.")
}

const isText = (value: unknown) => typeof value === "string"

function textsOf(value: object): ReadonlyMap<string, string> {
  const entries = Object.entries(value)
  return entries.every(([, text]) => isText(text)) ? new Map(entries) : brokenSavedModel()
}
