import type { Point, Quad } from "./geometry.js"
import { convexHull } from "./hull.js"

/** A rectangle that may be turned. */
export interface Rectangle {
  readonly centre: Point
  /** Along the direction of `angle`. */
  readonly width: number
  readonly height: number
  /** From the x axis towards the y axis (clockwise on a screen), in radians, above -45 and at most 45 degrees. */
  readonly angle: number
}

function enclosing(points: readonly Point[], direction: number): Rectangle {
  // Which of its sides is the width follows from the direction, so that the width always points to the right.
  const quarter = Math.PI / 2
  const angle = direction - quarter * Math.ceil(direction / quarter - 0.5)
  const cos = Math.cos(angle)
  const sin = Math.sin(angle)
  let left = Infinity
  let right = -Infinity
  let top = Infinity
  let bottom = -Infinity
  for (const [x, y] of points) {
    const along = x * cos + y * sin
    const across = y * cos - x * sin
    left = Math.min(left, along)
    right = Math.max(right, along)
    top = Math.min(top, across)
    bottom = Math.max(bottom, across)
  }
  const along = (left + right) / 2
  const across = (top + bottom) / 2
  const centre: Point = [along * cos - across * sin, along * sin + across * cos]
  return { centre, width: right - left, height: bottom - top, angle }
}

/**
 * The rectangle of least area around all points (at least one). One of its sides lies along an edge of the convex hull
 * (Freeman and Shapira, 1975), so every edge is tried.
 */
export function smallestRectangle(points: readonly Point[]): Rectangle {
  const hull = convexHull(points)
  let best = enclosing(hull, 0)
  hull.forEach(([x, y], i) => {
    const [nextX, nextY] = hull[(i + 1) % hull.length] as Point
    const candidate = enclosing(hull, Math.atan2(nextY - y, nextX - x))
    if (candidate.width * candidate.height < best.width * best.height) best = candidate
  })
  return best
}

export function corners({ centre: [x, y], width, height, angle }: Rectangle): Quad {
  const [alongX, alongY] = [(Math.cos(angle) * width) / 2, (Math.sin(angle) * width) / 2]
  const [acrossX, acrossY] = [(-Math.sin(angle) * height) / 2, (Math.cos(angle) * height) / 2]
  return [
    [x - alongX - acrossX, y - alongY - acrossY],
    [x + alongX - acrossX, y + alongY - acrossY],
    [x + alongX + acrossX, y + alongY + acrossY],
    [x - alongX + acrossX, y - alongY + acrossY],
  ]
}

/**
 * Grows what the detector gives, the shrunken core of a line, to the whole line: every side moves out by
 * area x ratio / perimeter. Liao et al., "Real-time Scene Text Detection with Differentiable Binarization", 2020, eq. 10.
 */
export function unclipped(rectangle: Rectangle, ratio: number): Rectangle {
  const { width, height } = rectangle
  if (width + height === 0) return rectangle
  const offset = (width * height * ratio) / (2 * (width + height))
  return { ...rectangle, width: width + 2 * offset, height: height + 2 * offset }
}
