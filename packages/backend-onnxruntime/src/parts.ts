import { type LoadContext, type Part, type Plaintext, StrongroomError } from "@strongroom/core/backend"

/** A file of external data, by the name that the graph has for it. */
export interface ExternalData {
  readonly path: string
  readonly data: Uint8Array
}

/** Lends `use` a model's graph and what lies outside of it, and zeroes both when it has ended. */
export async function lendParts<T>(
  parts: readonly Part[],
  { signal, progress }: LoadContext,
  use: (graph: Uint8Array, externalData: readonly ExternalData[]) => T | Promise<T>,
): Promise<T> {
  const graph = graphOf(parts)
  const total = totalBytes(parts)
  const held: Plaintext[] = []
  let done = 0
  const read = async (part: Part): Promise<Uint8Array> => {
    const plaintext = await part.bytes(signal)
    held.push(plaintext)
    done += part.byteLength
    progress(done, total)
    return plaintext.bytes
  }
  try {
    const bytes = await read(graph)
    const externalData: ExternalData[] = []
    for (const part of parts) if (part !== graph) externalData.push({ path: part.name, data: await read(part) })
    signal.throwIfAborted()
    return await use(bytes, externalData)
  } finally {
    for (const plaintext of held) plaintext.close()
  }
}

/** @throws StrongroomError `backend-failed` */
function graphOf(parts: readonly Part[]): Part {
  const [graph, ...others] = parts.filter(({ role }) => role === "graph")
  if (graph !== undefined && others.length === 0) return graph
  throw new StrongroomError("backend-failed", "An ONNX model has one part of role graph: seal it again as ONNX.")
}

export function totalBytes(parts: readonly Part[]): number {
  return parts.reduce((sum, { byteLength }) => sum + byteLength, 0)
}
