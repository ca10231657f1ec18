/** A place in a picture: x to the right, y downwards, in pixels. The first pixel covers 0 to 1; its centre is 0.5. */
export type Point = readonly [x: number, y: number]

/** Four corners as text is read: top left, top right, bottom right, bottom left. */
export type Quad = readonly [Point, Point, Point, Point]

export function distance(a: Point, b: Point): number {
  return Math.hypot(b[0] - a[0], b[1] - a[1])
}

export function scaled(quad: Quad, x: number, y: number): Quad {
  const scale = ([px, py]: Point): Point => [px * x, py * y]
  return [scale(quad[0]), scale(quad[1]), scale(quad[2]), scale(quad[3])]
}

/** Rounded to whole pixels and kept inside a picture of this size. */
export function clipped(quad: Quad, width: number, height: number): Quad {
  const clip = ([x, y]: Point): Point => [
    Math.min(Math.max(Math.round(x), 0), width),
    Math.min(Math.max(Math.round(y), 0), height),
  ]
  return [clip(quad[0]), clip(quad[1]), clip(quad[2]), clip(quad[3])]
}

/** The quad for text that runs downwards: what was its right side becomes the top of the text. */
export function quarterTurned([topLeft, topRight, bottomRight, bottomLeft]: Quad): Quad {
  return [topRight, bottomRight, bottomLeft, topLeft]
}

/** The quad as text that stands upside down reads it. */
export function halfTurned([topLeft, topRight, bottomRight, bottomLeft]: Quad): Quad {
  return [bottomRight, bottomLeft, topLeft, topRight]
}
