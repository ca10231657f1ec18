import { distance, type Quad } from "./geometry.js"

interface Placed<T> {
  readonly item: T
  readonly left: number
  readonly middle: number
  readonly height: number
}

/**
 * Sorts lines as a page is read: rows from the top, each from the left. The page may be turned a little, so boxes are
 * placed along the direction that most of the text runs in. Boxes share a row when the middle of one is within half a
 * height of the row's last one.
 */
export function inReadingOrder<T extends { readonly box: Quad }>(lines: readonly T[]): T[] {
  const tilt = commonAngle(lines.map(({ box }) => box))
  const cos = Math.cos(tilt)
  const sin = Math.sin(tilt)
  const placed = lines.map((item): Placed<T> => {
    const x = item.box.reduce((sum, point) => sum + point[0], 0) / 4
    const y = item.box.reduce((sum, point) => sum + point[1], 0) / 4
    const height = distance(item.box[0], item.box[3])
    return { item, left: x * cos + y * sin - distance(item.box[0], item.box[1]) / 2, middle: y * cos - x * sin, height }
  })
  placed.sort((a, b) => a.middle - b.middle)
  const rows: Placed<T>[][] = []
  for (const line of placed) {
    const row = rows.at(-1)
    const last = row?.at(-1)
    if (row && last && line.middle - last.middle < Math.min(line.height, last.height) / 2) row.push(line)
    else rows.push([line])
  }
  return rows.flatMap((row) => row.sort((a, b) => a.left - b.left).map(({ item }) => item))
}

/**
 * The direction that most of the text runs in, in radians: of the four that a page can lie in the one with the longest
 * text, and there the median of the top edges. Long lines count more, for short ones' angles are coarse.
 */
function commonAngle(boxes: readonly Quad[]): number {
  const quarter = Math.PI / 2
  const edges = boxes.map(([topLeft, topRight]) => {
    const angle = Math.atan2(topRight[1] - topLeft[1], topRight[0] - topLeft[0])
    const turn = Math.round(angle / quarter)
    return { turn: (turn + 4) % 4, tilt: angle - turn * quarter, weight: distance(topLeft, topRight) }
  })
  const weights = [0, 1, 2, 3].map((turn) => sum(edges.filter((edge) => edge.turn === turn)))
  const turn = weights.indexOf(Math.max(...weights))
  const alike = edges.filter((edge) => edge.turn === turn).sort((a, b) => a.tilt - b.tilt)
  let remaining = sum(alike) / 2
  for (const { tilt, weight } of alike) {
    remaining -= weight
    if (remaining <= 0) return turn * quarter + tilt
  }
  return 0
}

function sum(edges: readonly { readonly weight: number }[]): number {
  return edges.reduce((total, { weight }) => total + weight, 0)
}
