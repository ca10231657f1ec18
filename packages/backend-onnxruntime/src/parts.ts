import { type LoadContext, type Part, type Plaintext, StrongroomError } from "@strongroom/core/backend"

/** @throws StrongroomError `backend-failed` */
export function sortParts(parts: readonly Part[]): { graph: Part; weights: readonly Part[] } {
  const [graph, ...others] = parts.filter(({ role }) => role === "graph")
  if (graph === undefined || others.length > 0) {
    throw new StrongroomError("backend-failed", "An ONNX model has one part of role graph: seal it again as ONNX.")
  }
  return { graph, weights: parts.filter((part) => part !== graph) }
}

/** Reads parts whole, tells how far that is, and leaves in `held` what is to be closed. */
export function partReader(parts: readonly Part[], held: Plaintext[], { signal, progress }: LoadContext) {
  const total = totalBytes(parts)
  let done = 0
  return async (part: Part): Promise<Uint8Array> => {
    const plaintext = await part.bytes(signal)
    held.push(plaintext)
    done += part.byteLength
    progress(done, total)
    return plaintext.bytes
  }
}

export function totalBytes(parts: readonly Part[]): number {
  return parts.reduce((sum, { byteLength }) => sum + byteLength, 0)
}
