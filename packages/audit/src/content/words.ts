/** Runs of printable ASCII, as strings(1) finds them. @param least characters */
export function* textsOf(bytes: Uint8Array, least = 6): Generator<string> {
  const pattern = new RegExp(`[\\x20-\\x7e\\t]{${least},}`, "g")
  for (const [text] of Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString("latin1")
    .matchAll(pattern))
    yield text
}

/** Words that can be the name of a tensor, an operator or a kernel. */
export function* wordsOf(bytes: Uint8Array): Generator<string> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1")
  for (const [word] of text.matchAll(/[A-Za-z_][\w./:-]{5,255}/g)) yield word
}
