/** A text of Node's has at most 512 MiB; a word that is cut here is not found. */
const pieceLength = 64 << 20

/** Words that can be the name of a tensor, an operator or a kernel. */
export function* wordsOf(bytes: Uint8Array): Generator<string> {
  for (let at = 0; at < bytes.length; at += pieceLength) {
    const piece = bytes.subarray(at, at + pieceLength)
    const text = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString("latin1")
    for (const [word] of text.matchAll(/[A-Za-z_][\w./:-]{5,255}/g)) yield word
  }
}
