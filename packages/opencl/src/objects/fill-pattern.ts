/**
 * Checks what memory is to be filled with.
 *
 * @throws RangeError
 */
export function checkPattern(pattern: Uint8Array, byteLength: number, offset = 0): void {
  const { length } = pattern
  if (length > 128 || (length & (length - 1)) !== 0) {
    throw new RangeError(`A pattern has 1, 2, 4, 8, 16, 32, 64 or 128 bytes, not ${length}.`)
  }
  if (offset % length !== 0 || byteLength % length !== 0) {
    throw new RangeError(
      `${byteLength} bytes from byte ${offset} aren't filled by a pattern of ${length}: use multiples.`,
    )
  }
}
