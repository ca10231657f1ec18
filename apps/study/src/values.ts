/**
 * Of a model's numbers of float32, how many stand in some bytes, at any offset and in any order: 0 to 1. This finds weights
 * that were put in another order, which windows can't. Only numbers that are unlikely by chance count: those whose last 12
 * bits of fraction aren't all zeros.
 */
export function shareOfValues(constants: readonly Uint8Array[], bytes: Uint8Array): number {
  const values = new Set<number>()
  for (const constant of constants)
    for (const value of new Uint32Array(Uint8Array.from(constant).buffer)) if ((value & 0xfff) !== 0) values.add(value)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found = new Set<number>()
  for (let at = 0; at + 4 <= bytes.length; at++) {
    const value = view.getUint32(at, true)
    if ((value & 0xfff) !== 0 && values.has(value)) found.add(value)
  }
  return values.size === 0 ? 0 : found.size / values.size
}
