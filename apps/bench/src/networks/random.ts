/** Evenly spread from `least` to `most`, from a seed (mulberry32): the same on every machine. */
export function uniform(length: number, least: number, most: number, seed: number): Float32Array {
  const values = new Float32Array(length)
  let state = seed
  for (let i = 0; i < length; i++) {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    values[i] = least + ((mixed ^ (mixed >>> 14)) >>> 0) * ((most - least) / 2 ** 32)
  }
  return values
}

export const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | BigInt64Array): Uint8Array<ArrayBuffer> =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength)
