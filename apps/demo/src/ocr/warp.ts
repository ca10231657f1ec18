import { distance, type Quad } from "./geometry.js"
import type { Picture } from "./picture.js"

/**
 * The parallelogram `quad` of a picture as an upright picture of `width` x `height`. Bilinear; where the result is
 * smaller than the original, the mean of as many samples as pixels fall together, so that thin strokes don't vanish.
 * Beyond the picture's edge its outermost pixels go on.
 */
export function warp(picture: Picture, quad: Quad, width: number, height: number): Picture {
  const [[originX, originY], topRight, , bottomLeft] = quad
  const across = Math.max(1, Math.round(distance(quad[0], topRight) / width))
  const down = Math.max(1, Math.round(distance(quad[0], bottomLeft) / height))
  const stepX = [(topRight[0] - originX) / (width * across), (topRight[1] - originY) / (width * across)] as const
  const stepY = [(bottomLeft[0] - originX) / (height * down), (bottomLeft[1] - originY) / (height * down)] as const
  const sums = new Float32Array(width * height * 3)
  for (let v = 0; v < height * down; v++) {
    for (let u = 0; u < width * across; u++) {
      const target = (Math.floor(v / down) * width + Math.floor(u / across)) * 3
      const x = originX + (u + 0.5) * stepX[0] + (v + 0.5) * stepY[0]
      const y = originY + (u + 0.5) * stepX[1] + (v + 0.5) * stepY[1]
      addSample(picture, x - 0.5, y - 0.5, sums, target)
    }
  }
  const samples = across * down
  const data = new Uint8Array(sums.length)
  for (let i = 0; i < sums.length; i++) data[i] = Math.round((sums[i] as number) / samples)
  return { width, height, data }
}

/** Adds the colour between the four pixels around (x, y), where pixel centres are whole numbers. */
function addSample(picture: Picture, x: number, y: number, sums: Float32Array, target: number): void {
  const { width, height, data } = picture
  const insideX = Math.min(Math.max(x, 0), width - 1)
  const insideY = Math.min(Math.max(y, 0), height - 1)
  const left = Math.floor(insideX)
  const top = Math.floor(insideY)
  const fractionX = insideX - left
  const fractionY = insideY - top
  const topLeft = (top * width + left) * 3
  const toRight = left + 1 < width ? 3 : 0
  const bottomLeft = top + 1 < height ? topLeft + width * 3 : topLeft
  for (let channel = 0; channel < 3; channel++) {
    const upperLeft = data[topLeft + channel] as number
    const lowerLeft = data[bottomLeft + channel] as number
    const upper = upperLeft + ((data[topLeft + toRight + channel] as number) - upperLeft) * fractionX
    const lower = lowerLeft + ((data[bottomLeft + toRight + channel] as number) - lowerLeft) * fractionX
    sums[target + channel] = (sums[target + channel] as number) + upper + (lower - upper) * fractionY
  }
}
