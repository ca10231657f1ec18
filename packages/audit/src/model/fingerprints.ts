import { shortConstantsOf } from "./onnx-constants.js"
import { hashedLength, isDistinctive, type Piece, windowLength, windowsOf } from "./windows.js"

/** A run of bytes that a file and a model share. */
export interface Match {
  /** Which of the texts that were indexed, in their order. */
  readonly text: number
  /** Where in it. */
  readonly start: number
  /** Where in what was searched. */
  readonly at: number
  readonly length: number
}

const base = 0x01000193

/** `base` to the power of the hashed length: what the byte that leaves the hash counts. */
const leaving = Array.from({ length: hashedLength }).reduce<number>((power) => Math.imul(power, base), 1)

/**
 * An index of a model's windows, found at any offset of other bytes: a rolling hash of 16 bytes (Karp and Rabin, 1987) is
 * looked up at every byte, and what has a hash that is there is compared with the whole window.
 */
export class Fingerprints {
  readonly #texts: readonly Uint8Array[]
  /** Of each text, constants that are shorter than a window. */
  readonly #constants: readonly (readonly Piece[])[]
  readonly #pieces: (Piece & { readonly text: number })[] = []
  /** One bit for each value of a hash's upper 24 bits: most bytes are done with here. */
  readonly #filter = new Uint32Array(1 << 19)
  /** Open addressing: a piece's index and 1, or 0. */
  readonly #slots: Uint32Array
  readonly #hashes: Uint32Array
  /** Pieces that some search found, by their index. */
  readonly #found = new Set<number>()

  constructor(texts: readonly Uint8Array[]) {
    this.#texts = texts
    this.#constants = texts.map((bytes) => shortConstantsOf(bytes).filter((piece) => isDistinctive(bytes, piece)))
    const pieces = texts.flatMap((bytes, text) =>
      [...windowsOf(bytes), ...(this.#constants[text] ?? [])].map((piece) => ({ ...piece, text })),
    )
    const size = 2 ** Math.ceil(Math.log2(2 * pieces.length + 2))
    this.#slots = new Uint32Array(size)
    this.#hashes = new Uint32Array(size)
    for (const piece of pieces) this.#insert(piece)
  }

  /** How many windows and constants of the first texts are looked for; equal ones count once. */
  countIn(texts: number): number {
    return this.#pieces.filter(({ text }) => text < texts).length
  }

  /** How many of those were found by any search so far, whole; each counts once, wherever it was found. */
  foundIn(texts: number): number {
    return this.#pieces.filter(({ text }, index) => text < texts && this.#found.has(index)).length
  }

  /** Runs that `bytes` shares with the model: each a window at least, or a whole constant, and as long as it is. */
  search(bytes: Uint8Array): Match[] {
    const filter = this.#filter
    const matches: Match[] = []
    let hash = 0
    let from = 0 // where the hash begins again, behind the last match
    for (let at = 0; at < bytes.length; at++) {
      hash = Math.imul(hash, base) + (bytes[at] as number)
      if (at - from >= hashedLength) hash -= Math.imul(leaving, bytes[at - hashedLength] as number)
      const upper = mix(hash) >>> 8
      if (((filter[upper >>> 5] as number) >>> (upper & 31)) & 1 && at - from >= hashedLength - 1) {
        const match = this.#matchAt(bytes, at - hashedLength + 1, hash, from)
        if (match) {
          matches.push(match)
          this.#mark(match)
          at = match.at + match.length - 1
          from = at + 1
          hash = 0
        }
      }
    }
    return matches
  }

  #insert(piece: Piece & { readonly text: number }): void {
    const { slot, hash } = this.#slotOf(piece)
    if (this.#slots[slot] !== 0) return
    this.#pieces.push(piece)
    this.#slots[slot] = this.#pieces.length
    this.#hashes[slot] = hash >>> 0
    const upper = mix(hash) >>> 8
    this.#filter[upper >>> 5] = (this.#filter[upper >>> 5] as number) | (1 << (upper & 31))
  }

  /** Where a piece with these bytes is, or would be put. */
  #slotOf(piece: Piece & { readonly text: number }): { readonly slot: number; readonly hash: number } {
    const hash = hashOf(this.#texts[piece.text] as Uint8Array, piece.start)
    const mask = this.#slots.length - 1
    let slot = mix(hash) & mask
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & mask)
      if (this.#hashes[slot] === hash >>> 0 && this.#isSame(piece, this.#slots[slot] as number)) break
    return { slot, hash }
  }

  /** Notes the windows and the constants that lie in a match. */
  #mark({ text, start, length }: Match): void {
    const end = start + length
    const first = Math.ceil(start / windowLength) * windowLength
    for (let at = first; at + windowLength <= end; at += windowLength)
      this.#markPiece({ text, start: at, length: windowLength })
    for (const piece of this.#constants[text] ?? [])
      if (piece.start >= start && piece.start + piece.length <= end) this.#markPiece({ ...piece, text })
  }

  #markPiece(piece: Piece & { readonly text: number }): void {
    const index = this.#slots[this.#slotOf(piece).slot] as number
    if (index > 0) this.#found.add(index - 1)
  }

  #isSame(piece: Piece & { readonly text: number }, known: number): boolean {
    const other = this.#pieces[known - 1] as Piece & { readonly text: number }
    const [one, two] = [this.#bytesOf(piece), this.#bytesOf(other)]
    return one.length === two.length && Buffer.compare(one, two) === 0
  }

  #bytesOf({ text, start, length }: Piece & { readonly text: number }): Uint8Array {
    return (this.#texts[text] as Uint8Array).subarray(start, start + length)
  }

  /** The longest of the matches that begin with the hash at `at`. */
  #matchAt(bytes: Uint8Array, at: number, hash: number, from: number): Match | undefined {
    const mask = this.#slots.length - 1
    let best: Match | undefined
    for (let slot = mix(hash) & mask; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.#hashes[slot] !== hash >>> 0) continue
      const piece = this.#pieces[(this.#slots[slot] as number) - 1] as Piece & { readonly text: number }
      const match = this.#extend(bytes, at, from, piece)
      if (match && match.length > (best?.length ?? 0)) best = match
    }
    return best
  }

  #extend(bytes: Uint8Array, at: number, from: number, piece: Piece & { readonly text: number }): Match | undefined {
    const text = this.#texts[piece.text] as Uint8Array
    let end = 0
    while (at + end < bytes.length && piece.start + end < text.length && bytes[at + end] === text[piece.start + end])
      end++
    if (end < piece.length) return undefined
    let before = 0
    while (at - before > from && piece.start > before && bytes[at - before - 1] === text[piece.start - before - 1])
      before++
    return { text: piece.text, start: piece.start - before, at: at - before, length: end + before }
  }
}

function hashOf(bytes: Uint8Array, start: number): number {
  let hash = 0
  for (let at = start; at < start + hashedLength; at++) hash = Math.imul(hash, base) + (bytes[at] as number)
  return hash | 0
}

/** Spreads the hash over all bits: its lower ones depend on little. */
function mix(hash: number): number {
  const spread = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (spread ^ (spread >>> 13)) >>> 0
}
