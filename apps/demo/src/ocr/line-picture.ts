import { distance, type Quad, quarterTurned } from "./geometry.js"
import type { Picture } from "./picture.js"
import { warp } from "./warp.js"

/** Both networks that look at single lines take them 48 pixels high. */
const lineHeight = 48

/** A box that is much higher than wide holds text that runs upwards or downwards: it is read from its side. */
export function alongText(quad: Quad): Quad {
  const width = distance(quad[0], quad[1])
  const height = distance(quad[0], quad[3])
  return height >= 1.5 * width ? quarterTurned(quad) : quad
}

/** The line cut out of its picture, upright, 48 pixels high and at most `mostWidth` wide. */
export function linePicture(picture: Picture, quad: Quad, mostWidth: number): Picture {
  const aspect = distance(quad[0], quad[1]) / Math.max(distance(quad[0], quad[3]), 1e-6)
  const width = Math.min(Math.max(Math.ceil(lineHeight * aspect), 1), mostWidth)
  return warp(picture, quad, width, lineHeight)
}
