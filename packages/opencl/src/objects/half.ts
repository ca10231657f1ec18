/** The bits of the binary16 (IEEE 754) that is nearest to a number; of two, the even one. */
export function halfBits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  // Half way between the largest half, 65504, and the next that there would be.
  if (size >= 65520) return sign | 0x7c00
  if (size < 2 ** -14) return sign | nearestEven(size * 2 ** 24)
  let exponent = Math.floor(Math.log2(size))
  // log2 is rounded: just below a power of two it may give that power's exponent.
  if (2 ** exponent > size) exponent -= 1
  // The leading 1 of the significand adds 1 to the exponent's field; so does one that rounding carries into it.
  return sign + ((exponent + 14) << 10) + nearestEven(size * 2 ** (10 - exponent))
}

function nearestEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below
}
