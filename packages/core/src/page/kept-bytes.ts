/**
 * What a kept file holds, if it is that long: `undefined` for any other, of which nothing is read, since somebody may have put
 * gigabytes there; and for one that has changed or gone meanwhile.
 */
export async function bytesOf(kept: Blob, byteLength: number): Promise<Uint8Array | undefined> {
  if (kept.size !== byteLength) return undefined
  try {
    return new Uint8Array(await kept.arrayBuffer())
  } catch {
    return undefined
  }
}
