/**
 * The bytes of a kept file of just that length. `undefined` for one of another length, of which nothing is read, since
 * somebody may have put gigabytes there, and for one that has changed or gone meanwhile.
 */
export async function bytesOf(kept: Blob, byteLength: number): Promise<Uint8Array | undefined> {
  if (kept.size !== byteLength) return undefined
  try {
    return new Uint8Array(await kept.arrayBuffer())
  } catch {
    return undefined
  }
}
