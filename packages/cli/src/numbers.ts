const bits = new DataView(new ArrayBuffer(4))

/** The float32 whose upper 16 bits are a bfloat16's. */
export function brainHalfToNumber(pattern: number): number {
  bits.setUint32(0, (pattern << 16) >>> 0)
  return bits.getFloat32(0)
}

/** A bfloat16's bits, towards zero. */
export function fractionToBrainHalf(value: number): number {
  bits.setFloat32(0, value)
  return bits.getUint16(0)
}

/** IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction. */
export function halfToNumber(pattern: number): number {
  const sign = pattern & 0x8000 ? -1 : 1
  const exponent = (pattern >> 10) & 31
  const fraction = pattern & 1023
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return exponent ? sign * 2 ** (exponent - 15) * (1 + fraction / 1024) : sign * 2 ** -24 * fraction
}

/** The binary16 of a number in [0, 1), cut to multiples of 1/1024: for noise. */
export function fractionToHalf(value: number): number {
  const steps = Math.floor(value * 1024)
  if (steps === 0) return 0
  const leading = Math.floor(Math.log2(steps))
  return ((leading + 5) << 10) | ((steps << (10 - leading)) & 1023)
}

/** Numbers in [0, 1), the same for the same seed: Mulberry32 (T. Ettinger, public domain). Not for secrets. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
