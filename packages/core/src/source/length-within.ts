import type { Source } from "./source.js"

/**
 * A source's length; of one that learns it only at its end, and is longer than `most`, some number above `most`, as soon as
 * that much has come.
 */
export async function lengthWithin(source: Source, most: number, signal?: AbortSignal): Promise<number> {
  return source.lengthWithin === undefined ? source.byteLength(signal) : source.lengthWithin(most, signal)
}
