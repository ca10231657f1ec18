import type { PartToSeal } from "@strongroom/core"
import type { Part } from "@strongroom/core/backend"
import { heapPlaintext } from "@strongroom/core/host"

/** As large as a vault's pieces are. */
const chunkBytes = 2 ** 20

/** A part that is read from where it would be sealed from, as an opened one is: a whole copy, or piece by piece. */
export async function filePart({ role, name, source }: PartToSeal): Promise<Part> {
  const byteLength = await source.byteLength()
  return {
    role,
    name,
    byteLength,
    async bytes() {
      const plaintext = heapPlaintext(byteLength)
      await source.read(0, plaintext.bytes)
      return plaintext
    },
    async into(target) {
      if (typeof target === "bigint") throw new TypeError("This host writes to no addresses.")
      await source.read(0, target)
    },
    async *chunks() {
      const piece = new Uint8Array(chunkBytes)
      for (let offset = 0; offset < byteLength; offset += chunkBytes) {
        const chunk = piece.subarray(0, Math.min(chunkBytes, byteLength - offset))
        await source.read(offset, chunk)
        yield chunk
      }
    },
    async path() {
      throw new TypeError("This host has no files.")
    },
  }
}
