import type { Point } from "./geometry.js"

/**
 * The connected regions (8 neighbours) of the pixels above a threshold in a map of `width` columns. Of each region only
 * the outermost pixel centres of every row, left and right: enough for its convex hull.
 */
export function regionsAbove(map: Float32Array, width: number, threshold: number): Point[][] {
  const height = map.length / width
  const seen = new Uint8Array(map.length)
  const regions: Point[][] = []
  for (let start = 0; start < map.length; start++) {
    if (seen[start] === 1 || (map[start] as number) <= threshold) continue
    regions.push(outline(flood(start)))
  }
  return regions

  function flood(start: number): number[] {
    const members = [start]
    seen[start] = 1
    for (const pixel of members) {
      const x = pixel % width
      const y = (pixel - x) / width
      for (let ny = Math.max(y - 1, 0); ny <= Math.min(y + 1, height - 1); ny++) {
        for (let nx = Math.max(x - 1, 0); nx <= Math.min(x + 1, width - 1); nx++) {
          const neighbour = ny * width + nx
          if (seen[neighbour] === 1 || (map[neighbour] as number) <= threshold) continue
          seen[neighbour] = 1
          members.push(neighbour)
        }
      }
    }
    return members
  }

  function outline(members: readonly number[]): Point[] {
    const rows = new Map<number, { left: number; right: number }>()
    for (const pixel of members) {
      const x = pixel % width
      const y = (pixel - x) / width
      const row = rows.get(y)
      if (row === undefined) rows.set(y, { left: x, right: x })
      else if (x < row.left) row.left = x
      else if (x > row.right) row.right = x
    }
    return [...rows].flatMap(([y, { left, right }]): Point[] => [
      [left + 0.5, y + 0.5],
      [right + 0.5, y + 0.5],
    ])
  }
}
