import type { Cryptography, SegmentRun } from "@strongroom/core"

const segmentSize = 4096
const segments = 3
const length = 2 * segmentSize + 17

/**
 * Tries a cipher's `openSegments`, before it is used, on segments that are made here after spec/sealed-model.md.
 *
 * @throws when it gives other plaintext than was sealed, or doesn't refuse a digest or a tag.
 */
export async function testSegments(cryptography: Cryptography): Promise<void> {
  const plaintext = Uint8Array.from({ length }, (_, i) => i + (i >>> 8))
  const [sealed, tags] = [plaintext.slice(), new Uint8Array(16 * segments)]
  const cipher = await cryptography.aesGcm(plaintext.slice(1, 33))
  try {
    for (let index = 0; index < segments; index++) {
      const segment = sealed.subarray(index * segmentSize, (index + 1) * segmentSize)
      tags.set(await cipher.seal(nonceOf(index), segment), 16 * index)
    }
    const digests = await digestsOf(sealed, tags, cryptography)
    const otherTags = altered(tags)
    const open = async (change: Partial<SegmentRun>) => {
      const target = sealed.slice()
      const run = { first: 0, count: segments, segments, segmentSize, target, tags, digests, ...change }
      const outcome = await cipher.openSegments?.(run, undefined)
      return { failed: typeof outcome === "object" ? outcome.failed : outcome, target }
    }
    const right = await open({})
    const found = [
      right.failed,
      (await open({ digests: altered(digests) })).failed,
      (await open({ tags: otherTags })).failed,
      (await open({ tags: otherTags, digests: await digestsOf(sealed, otherTags, cryptography) })).failed,
    ]
    const holds = found.join() === "opened,digest,digest,tag" && Buffer.compare(right.target, plaintext) === 0
    if (!holds) throw new Error("Segments were opened otherwise than they should be.")
  } finally {
    cipher.close()
  }
}

function nonceOf(index: number): Uint8Array {
  return Uint8Array.of(...new Uint8Array(10), index, Number(index === segments - 1))
}

async function digestsOf(sealed: Uint8Array, tags: Uint8Array, { sha256 }: Cryptography): Promise<Uint8Array> {
  const label = Buffer.from("\x18strongroom model segment", "latin1")
  const digests = new Uint8Array(32 * segments)
  for (let index = 0; index < segments; index++) {
    const segment = sealed.subarray(index * segmentSize, (index + 1) * segmentSize)
    const tag = tags.subarray(16 * index, 16 * (index + 1))
    digests.set(await sha256(label, Uint8Array.of(index, 0, 0, 0, 0, 0, 0, 0), segment, tag), 32 * index)
  }
  return digests
}

/** With a flipped bit in the last segment's. */
function altered(table: Uint8Array): Uint8Array {
  return table.map((byte, i) => (i === table.length - 1 ? byte ^ 1 : byte))
}
