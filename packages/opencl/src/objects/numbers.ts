import { FixedMemory } from "../native/fixed-memory.js"

/**
 * Checks a size, offset or count.
 *
 * @throws RangeError
 */
export function checkInteger(value: number, name: string, from: number, to = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && value >= from && value <= to) return value
  const range = to === Number.MAX_SAFE_INTEGER ? `from ${from}` : `from ${from} to ${to}`
  throw new RangeError(`${name} is an integer ${range}, not ${String(value)}.`)
}

/**
 * Checks that a range of bytes lies within an object.
 *
 * @throws RangeError
 */
export function checkRange(offset: number, byteLength: number, of: number, kind: string): void {
  checkInteger(offset, "offset", 0)
  checkInteger(byteLength, "byteLength", 1)
  if (offset + byteLength > of) {
    throw new RangeError(
      `${byteLength} bytes from byte ${offset} don't fit the ${kind}, which has ${of}: make the range smaller.`,
    )
  }
}

/** One, two or three numbers as C's `size_t[3]`, written without making a bigint for each. */
export class Sizes {
  /** What is passed to C. */
  readonly memory = new BigUint64Array(3)
  readonly #fixed = new FixedMemory(this.memory)
  readonly #halves = new Uint32Array(this.memory.buffer)

  get address(): bigint {
    return this.#fixed.address
  }

  set(index: number, value: number): void {
    this.#halves[2 * index] = value
    this.#halves[2 * index + 1] = value / 0x1_0000_0000
  }

  setAll(first: number, second: number, third: number): this {
    this.set(0, first)
    this.set(1, second)
    this.set(2, third)
    return this
  }
}
