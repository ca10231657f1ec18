/**
 * Which pieces of a model are looked for. A window is 64 bytes at a multiple of 64, so that every run of 127 bytes holds a
 * whole one wherever it begins. It is looked for only if it can't be anywhere by chance: at least 4.75 of the 6 bits that
 * 64 bytes can have of Shannon's entropy, at least 304 in all. (A threshold of 7 bits a byte, which only longer windows can
 * reach, finds nothing in float32 weights: of PP-OCRv4's windows of 256 bytes none has it, since exponents repeat. Of its
 * windows of 64 bytes, 98 in 100 have 4.75.) Zeros, padding, integers and most text have less.
 */
export const windowLength = 64

/** The part of a window that is hashed; the whole of it is then compared. */
export const hashedLength = 16

const leastEntropy = { window: 4.75, short: 3.4 }

/** A piece to be looked for: a window, or a whole constant that is shorter than one. */
export interface Piece {
  readonly start: number
  readonly length: number
}

/** n log2(n), for counts of bytes in a window. */
const terms = Float64Array.from({ length: windowLength + 1 }, (_, count) => (count < 2 ? 0 : count * Math.log2(count)))

const counts = new Uint8Array(256)

/** Shannon's entropy of at most 64 bytes as they are counted here, in bits a byte. */
export function entropyOf(bytes: Uint8Array, start: number, length: number): number {
  let sum = 0
  for (let at = start; at < start + length; at++) {
    const count = counts[bytes[at] as number] as number
    counts[bytes[at] as number] = count + 1
    sum += (terms[count + 1] as number) - (terms[count] as number)
  }
  for (let at = start; at < start + length; at++) counts[bytes[at] as number] = 0
  return Math.log2(length) - sum / length
}

/** More than two thirds are printable: the graph's text, which models of one exporter share. Its names are looked for. */
function isText(bytes: Uint8Array, start: number): boolean {
  let printable = 0
  for (let at = start; at < start + windowLength; at++) {
    const byte = bytes[at] as number
    if (byte >= 32 && byte < 127) printable++
  }
  return printable * 3 > windowLength * 2
}

/** The windows of `bytes` that are worth looking for. */
export function* windowsOf(bytes: Uint8Array): Generator<Piece> {
  for (let start = 0; start + windowLength <= bytes.length; start += windowLength)
    if (entropyOf(bytes, start, windowLength) >= leastEntropy.window && !isText(bytes, start))
      yield { start, length: windowLength }
}

/** Whether a constant of 16 to 63 bytes is: at least 3.4 bits a byte, which 16 bytes have when 12 of them differ. */
export function isDistinctive(bytes: Uint8Array, { start, length }: Piece): boolean {
  return length >= hashedLength && length < windowLength && entropyOf(bytes, start, length) >= leastEntropy.short
}
