/** One axis of a tensor that is resized. */
export interface ResizedAxis {
  readonly from: number
  readonly to: number
  /** As the model gives it: `to` is rounded. */
  readonly scale: number
  /** The part that is taken, of 0 to 1. */
  readonly region: readonly [number, number] | undefined
}

/** What each result is summed of: `count` elements from `firsts` on, each times a weight. */
export interface Taps {
  readonly count: number
  /** Indices, perhaps outside, where elements are those at the edge; -2^31 where the result lies outside the region. */
  readonly firsts: readonly number[]
  readonly weights: readonly number[]
}

/**
 * The coordinate in the input of the result's `at`; undefined outside of what is there to extrapolate from. In float32, as
 * others compute it: what is a hair off a whole number is that number.
 */
export function originOf({ from, to, scale, region }: ResizedAxis, at: number, transform: string): number | undefined {
  const length = scale * from
  const halfPixel = Math.fround(Math.fround((at + 0.5) / scale) - 0.5)
  switch (transform) {
    case "align_corners":
      return length === 1 ? 0 : Math.fround((at * (from - 1)) / (length - 1))
    case "asymmetric":
      return Math.fround(at / scale)
    case "pytorch_half_pixel":
      return length === 1 ? -0.5 : halfPixel
    case "half_pixel_symmetric":
      return Math.fround((from / 2) * (1 - to / length) + halfPixel)
    case "tf_crop_and_resize": {
      const [begin, end] = region as readonly [number, number]
      const along = length === 1 ? 0.5 : at / (length - 1)
      const last = from - 1
      const origin = Math.fround(Math.fround(begin * last) + Math.fround(along * (end - begin) * last))
      return origin >= 0 && origin <= last ? origin : undefined
    }
    default:
      return halfPixel
  }
}

/** What is further outside is as far: an int holds it, and as many taps beyond. */
const furthest = 2 ** 30

interface Interpolation {
  readonly transform: string
  readonly isCubic: boolean
  /** Of Keys' cubic kernel ("Cubic convolution interpolation for digital image processing", 1981). */
  readonly coefficient: number
  /** Where the axis shrinks, the kernel is as much wider. */
  readonly antialias: boolean
  readonly excludesOutside: boolean
}

/** How many elements each result is summed of. */
export function tapCount({ from, scale }: ResizedAxis, { isCubic, antialias }: Interpolation): number {
  const width = antialias ? Math.min(scale, 1) : 1
  // Half of a linear kernel is 1 wide, and of a cubic one 2; no wider than the axis itself can need.
  return 2 * Math.min(Math.ceil((isCubic ? 2 : 1) / width), 2 * from + 2)
}

export function tapsOf(axis: ResizedAxis, options: Interpolation): Taps {
  const { transform, isCubic, coefficient, antialias, excludesOutside } = options
  const width = antialias ? Math.min(axis.scale, 1) : 1
  const count = tapCount(axis, options)
  const reach = count / 2
  const firsts: number[] = []
  const weights: number[] = []
  for (let at = 0; at < axis.to; at += 1) {
    const origin = originOf(axis, at, transform)
    if (origin === undefined) {
      firsts.push(-(2 ** 31))
      for (let tap = 0; tap < count; tap += 1) weights.push(0)
      continue
    }
    // A whole number has its own element last in the nearer half.
    const first = Math.min(Math.max(Math.ceil(origin), -furthest), furthest) - reach
    const own = Array.from({ length: count }, (_, tap) => {
      const index = first + tap
      if (excludesOutside && (index < 0 || index >= axis.from)) return 0
      const distance = Math.abs(index - origin) * width
      return isCubic ? cubic(distance, coefficient) : Math.max(0, 1 - distance)
    })
    const sum = own.reduce((a, b) => a + b, 0)
    firsts.push(first)
    for (const weight of own) weights.push(sum === 0 ? 0 : weight / sum)
  }
  return { count, firsts, weights }
}

function cubic(distance: number, a: number): number {
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1
  return distance < 2 ? ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a : 0
}
