import { regionsAbove } from "./components.js"
import type { Quad } from "./geometry.js"
import { corners, type Rectangle, smallestRectangle, unclipped } from "./rectangle.js"

// The values that PP-OCRv4 is evaluated with: configs/det/ch_PP-OCRv4/ch_PP-OCRv4_det_student.yml in PaddleOCR.
const pixelThreshold = 0.3
const boxThreshold = 0.6
const unclipRatio = 1.5
const mostCandidates = 1000
// ppocr/postprocess/db_postprocess.py: thinner regions are noise, as are boxes that stay this thin.
const leastSide = 3

/**
 * Boxes of text in the detector's probability map of `width` columns, in the map's own pixels: the post-processing of
 * Differentiable Binarization (Liao et al., 2020) as PaddleOCR's DBPostProcess does it.
 */
export function boxesInMap(map: Float32Array, width: number): Quad[] {
  const boxes: Quad[] = []
  for (const region of regionsAbove(map, width, pixelThreshold).slice(0, mostCandidates)) {
    const core = smallestRectangle(region)
    if (Math.min(core.width, core.height) < leastSide) continue
    if (meanInside(map, width, core) < boxThreshold) continue
    const whole = unclipped(core, unclipRatio)
    if (Math.min(whole.width, whole.height) < leastSide + 2) continue
    boxes.push(corners(whole))
  }
  return boxes
}

/** The mean of the pixels whose centres lie in the rectangle. */
export function meanInside(map: Float32Array, width: number, rectangle: Rectangle): number {
  const height = map.length / width
  const quad = corners(rectangle)
  const xs = quad.map(([x]) => x)
  const ys = quad.map(([, y]) => y)
  const [left, right] = [Math.max(Math.floor(Math.min(...xs)), 0), Math.min(Math.ceil(Math.max(...xs)), width)]
  const [top, bottom] = [Math.max(Math.floor(Math.min(...ys)), 0), Math.min(Math.ceil(Math.max(...ys)), height)]
  const cos = Math.cos(rectangle.angle)
  const sin = Math.sin(rectangle.angle)
  // Rounding must not lose the pixels whose centres are on the edge: a region's outermost ones always are.
  const halfWidth = rectangle.width / 2 + 1e-6
  const halfHeight = rectangle.height / 2 + 1e-6
  let sum = 0
  let count = 0
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const dx = x + 0.5 - rectangle.centre[0]
      const dy = y + 0.5 - rectangle.centre[1]
      if (Math.abs(dx * cos + dy * sin) > halfWidth || Math.abs(dy * cos - dx * sin) > halfHeight) continue
      sum += map[y * width + x] as number
      count++
    }
  }
  return count === 0 ? 0 : sum / count
}
