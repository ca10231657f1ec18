import type { OperatorCall } from "./call.js"

/** Windows, and how many of them there are. */
export interface Window {
  readonly window: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly pads: readonly number[]
  /** The result's spatial sizes. */
  readonly sizes: readonly number[]
}

/** Strides, dilations and pads as attributes give them, auto_pad included. */
export function windowOf(node: OperatorCall, spatial: readonly number[], window: readonly number[]): Window {
  const all = (value: number) => spatial.map(() => value)
  const strides = node.ints("strides") ?? all(1)
  const dilations = node.ints("dilations") ?? all(1)
  const mode = node.text("auto_pad", "NOTSET")
  const ceil = node.int("ceil_mode", 0) === 1
  const given = node.ints("pads") ?? [...all(0), ...all(0)]
  if ([strides, dilations].some((list) => list.length !== spatial.length || list.some((one) => one < 1))) {
    throw node.broken("has strides or dilations that don't fit its input")
  }
  if (
    given.length !== 2 * spatial.length ||
    given.some((one) => one < 0) ||
    window.length !== spatial.length ||
    window.some((one) => one < 1)
  ) {
    throw node.broken("has pads or a window that don't fit its input")
  }
  const reach = window.map((length, axis) => (length - 1) * (dilations[axis] as number) + 1)
  const begins: number[] = []
  const ends: number[] = []
  const sizes = spatial.map((length, axis) => {
    const stride = strides[axis] as number
    if (mode === "SAME_UPPER" || mode === "SAME_LOWER") {
      const size = Math.ceil(length / stride)
      const missing = Math.max(0, (size - 1) * stride + (reach[axis] as number) - length)
      const before = mode === "SAME_UPPER" ? Math.floor(missing / 2) : Math.ceil(missing / 2)
      begins.push(before)
      ends.push(missing - before)
      return size
    }
    const [before, after] = mode === "VALID" ? [0, 0] : [given[axis] as number, given[axis + spatial.length] as number]
    begins.push(before)
    ends.push(after)
    const free = length + before + after - (reach[axis] as number)
    if (free < 0) throw node.broken("has a window that is larger than its input")
    const size = (ceil ? Math.ceil(free / stride) : Math.floor(free / stride)) + 1
    // A window that begins after the input and its padding is left out.
    return ceil && (size - 1) * stride >= length + before ? size - 1 : size
  })
  checkCountable(node, strides, reach, begins, ends, spatial)
  return { window, strides, dilations, pads: [...begins, ...ends], sizes }
}

/** Kernels count in int, also where a window begins before its input. */
export function checkCountable(node: OperatorCall, ...lists: readonly (readonly number[])[]): void {
  if (lists.some((list) => list.some((one) => Math.abs(one) > mostSteps))) {
    throw node.broken(`has an input, strides, dilations, pads or a window of more than ${mostSteps} places`)
  }
}

/** The sum of an input, its pads and a window is an int. */
const mostSteps = 2 ** 29
