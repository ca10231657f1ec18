import { concat, u32 } from "../bytes.js"
import { StrongroomError } from "../errors.js"
import type { Source } from "../source/source.js"

/** The payload's plaintext, never whole in memory. */
export interface Plaintext {
  /** Fills `target` with plaintext from `offset`; what nothing covers is zero. */
  read(offset: number, target: Uint8Array, signal: AbortSignal | undefined): Promise<void>
  /** Overwrites the copy of the manifest. */
  close(): void
}

/** `u32(M) || manifest || parts || zero bytes`, each part at its offset. */
export function plaintextOf(
  manifest: Uint8Array,
  parts: readonly { readonly source: Source }[],
  offsets: readonly number[],
  byteLengths: readonly number[],
): Plaintext {
  const head = concat(u32(manifest.length), manifest)
  const endOf = (i: number) => (offsets[i] as number) + (byteLengths[i] as number)
  return {
    async read(offset, target, signal) {
      const end = offset + target.length
      target.fill(0)
      if (offset < head.length) target.set(head.subarray(offset, end))
      for (let i = firstPartAfter(offset, parts.length, endOf); i < parts.length && (offsets[i] as number) < end; i++) {
        const start = offsets[i] as number
        const from = Math.max(start, offset)
        const room = target.subarray(from - offset, Math.min(endOf(i), end) - offset)
        if (room.length > 0) await readPart((parts[i] as { source: Source }).source, from - start, room, signal)
      }
    },
    close() {
      head.fill(0)
      manifest.fill(0)
    },
  }
}

/** The first part that ends after `offset`; parts are in order. */
function firstPartAfter(offset: number, count: number, endOf: (i: number) => number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (endOf(middle) <= offset) low = middle + 1
    else high = middle
  }
  return low
}

async function readPart(source: Source, offset: number, target: Uint8Array, signal: AbortSignal | undefined) {
  try {
    await source.read(offset, target, signal)
  } catch (cause) {
    if (!StrongroomError.is(cause) || cause.code !== "truncated") throw cause
    const message =
      "A part ended before the length that it had when sealing began. Seal again when nothing writes to it."
    throw new StrongroomError("source-changed", message, { cause })
  }
}
