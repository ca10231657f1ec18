/** As much of protobuf's wire format as writing needs: https://protobuf.dev/programming-guides/encoding/ */

/** An integer field, from 0 to 2^53. */
export function integerField(number: number, value: number): Uint8Array {
  return concat(varint(number * 8), varint(value))
}

/** A field of bytes: also a nested message. */
export function bytesField(number: number, ...pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = concat(...pieces)
  return concat(varint(number * 8 + 2), varint(bytes.byteLength), bytes)
}

export function textField(number: number, text: string): Uint8Array {
  return bytesField(number, new TextEncoder().encode(text))
}

export function concat(...pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0))
  let offset = 0
  for (const piece of pieces) {
    whole.set(piece, offset)
    offset += piece.byteLength
  }
  return whole
}

/** Seven bits a byte, the lowest first; the high bit says that more follow. */
export function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  return Uint8Array.of(...bytes, rest)
}
