/**
 * A small generator of pseudo-random numbers from 0 to below 1, the same for the same seed: mulberry32, by Tommy
 * Ettinger (public domain). For pictures, never for keys.
 *
 * @param {number} seed
 */
export function randomNumbers(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296
  }
}
