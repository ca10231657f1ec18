/** Memory that is used again: new pages cost more than hashing them. It holds ciphertext: nothing secret is that long. */
const spare: Uint8Array<ArrayBuffer>[] = []
const mostSpare = 4
const leastKept = 65_536
const mostKept = 4 * 1024 * 1024 + 4096

/** Calls `use` with the pieces put together, for what takes only one. The memory is valid until `use` settles. */
export async function withJoined<T>(
  pieces: readonly Uint8Array[],
  use: (joined: Uint8Array<ArrayBuffer>) => Promise<T>,
): Promise<T> {
  const byteLength = pieces.reduce((sum, piece) => sum + piece.length, 0)
  const keep = byteLength >= leastKept && byteLength <= mostKept
  const taken = keep ? spare.pop() : undefined
  const room = taken !== undefined && taken.length >= byteLength ? taken : new Uint8Array(byteLength)
  let at = 0
  for (const piece of pieces) {
    room.set(piece, at)
    at += piece.length
  }
  try {
    return await use(room.subarray(0, byteLength))
  } finally {
    if (keep && spare.length < mostSpare) spare.push(room)
  }
}
