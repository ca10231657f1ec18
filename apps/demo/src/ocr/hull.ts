import type { Point } from "./geometry.js"

/** The turn from a-b to a-c: positive is clockwise on a screen, zero is straight on. */
function turn(a: Point, b: Point, c: Point): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

function halfHull(sorted: readonly Point[]): Point[] {
  const hull: Point[] = []
  for (const point of sorted) {
    while (hull.length >= 2 && turn(hull.at(-2) as Point, hull.at(-1) as Point, point) <= 0) hull.pop()
    hull.push(point)
  }
  hull.pop()
  return hull
}

/** The corners of the convex hull, in order around it. Andrew's monotone chain (1979). */
export function convexHull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1])
  const distinct = sorted.filter((point, i) => {
    const last = sorted[i - 1]
    return last === undefined || last[0] !== point[0] || last[1] !== point[1]
  })
  if (distinct.length < 3) return distinct
  return [...halfHull(distinct), ...halfHull(distinct.reverse())]
}
