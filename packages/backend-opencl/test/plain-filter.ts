/** What the example computes, in JavaScript, with numbers of twice the precision: see example/*.cl. */
export function filtered(pixels: Float32Array, height: number, width: number) {
  const reach = 3
  const heights = Array.from({ length: 2 * reach + 1 }, (_, index) => Math.exp(-0.5 * (index - reach) ** 2))
  const sum = heights.reduce((total, one) => total + one)
  const taps = heights.map((one) => one / sum)
  const within = (at: number, length: number) => Math.max(0, Math.min(at, length - 1))
  /** Of a picture, what `at` says of each place, which looks at others by `look`. */
  function map(from: ArrayLike<number>, at: (look: (dx: number, dy: number) => number) => number): number[] {
    return Array.from({ length: height * width }, (_, index) => {
      const [y, x] = [Math.floor(index / width), index % width]
      return at((dx, dy) => from[within(y + dy, height) * width + within(x + dx, width)] as number)
    })
  }
  const blend = (value: (step: number) => number) =>
    taps.reduce((total, tap, index) => total + tap * value(index - reach), 0)
  const rows = map(pixels, (look) => blend((step) => look(step, 0)))
  const blurred = map(rows, (look) => blend((step) => look(0, step)))
  const edges = map(blurred, (look) => {
    const across = look(1, -1) + 2 * look(1, 0) + look(1, 1) - look(-1, -1) - 2 * look(-1, 0) - look(-1, 1)
    const down = look(-1, 1) + 2 * look(0, 1) + look(1, 1) - look(-1, -1) - 2 * look(0, -1) - look(1, -1)
    return Math.min(1, 0.25 * Math.hypot(across, down))
  })
  return { blurred, edges }
}
