import { StrongroomError } from "@strongroom/core/backend"

/** Row-major strides, in elements. */
export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    strides[axis] = stride
    stride *= shape[axis] as number
  }
  return strides
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1)

/**
 * numpy's rule: shapes are aligned at their ends, and a length of 1 stands for any.
 *
 * @throws StrongroomError `backend-failed`
 */
export function broadcastShapes(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length))
  return Array.from({ length: rank }, (_, axis) => {
    let length = 1
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1
      if (own === 1) continue
      if (length !== 1 && own !== length) {
        throw new StrongroomError("backend-failed", "Shapes of an operator's inputs don't broadcast to one another.")
      }
      length = own
    }
    return length
  })
}

/** Whether a tensor of shape `from` can be read as one of shape `to`. */
export function broadcastsTo(from: readonly number[], to: readonly number[]): boolean {
  const added = to.length - from.length
  return added >= 0 && from.every((length, axis) => length === 1 || length === to[axis + added])
}

/** Strides of a contiguous tensor of shape `from` as one of shape `to`, to which it broadcasts. */
export function broadcastStrides(from: readonly number[], to: readonly number[]): number[] {
  const strides = contiguousStrides(from)
  const added = to.length - from.length
  return to.map((_, axis) => (axis < added || from[axis - added] === 1 ? 0 : (strides[axis - added] as number)))
}

/** Calls `visit` for each coordinate of `shape` in row-major order, with the sum of coordinates times each of `strides`. */
export function forEachIndex(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  visit: (indices: readonly number[], coordinates: readonly number[]) => void,
): void {
  if (shape.includes(0)) return
  const coordinates = shape.map(() => 0)
  const indices = strides.map(() => 0)
  for (;;) {
    visit(indices, coordinates)
    let axis = shape.length - 1
    for (; axis >= 0; axis -= 1) {
      const next = (coordinates[axis] as number) + 1
      const isOver = next === shape[axis]
      coordinates[axis] = isOver ? 0 : next
      for (let at = 0; at < strides.length; at += 1) {
        const stride = strides[at]?.[axis] as number
        indices[at] = (indices[at] as number) + (isOver ? -stride * (next - 1) : stride)
      }
      if (!isOver) break
    }
    if (axis < 0) return
  }
}

/** An axis counted from the end as one from the start. @throws StrongroomError `backend-failed` outside of `rank` */
export function axisOf(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis
  if (Number.isInteger(positive) && positive >= 0 && positive < rank) return positive
  throw new StrongroomError("backend-failed", `An operator's axis is ${axis}, of a tensor of ${rank} dimensions.`)
}
