/**
 * A number as IEEE 754 binary16, rounded to the nearest, ties to even.
 *
 * @returns the 16 bits
 */
export function halfBits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  if (size >= 65520) return sign | 0x7c00
  // Below 2 ** -14 all numbers are multiples of 2 ** -24. A carry out of the mantissa is the next exponent's 0.
  const exponent = Math.max(exponentOf(size), -14)
  const mantissa = roundToEven(size * 2 ** (10 - exponent))
  return sign | (mantissa < 1024 ? mantissa : ((exponent + 15) << 10) + (mantissa - 1024))
}

const bits = new DataView(new ArrayBuffer(8))

function exponentOf(value: number): number {
  bits.setFloat64(0, value)
  return ((bits.getUint16(0) >> 4) & 0x7ff) - 1023
}

function roundToEven(value: number): number {
  const whole = Math.floor(value)
  const rest = value - whole
  return rest < 0.5 || (rest === 0.5 && whole % 2 === 0) ? whole : whole + 1
}
