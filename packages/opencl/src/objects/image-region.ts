import type { ImageShape } from "./image-format.js"
import { checkInteger, Sizes } from "./numbers.js"

/** Part of an image: columns, rows and slices, or images of an array. Default: all of it. */
export interface ImageRegion {
  /** Default: 0, 0, 0. */
  readonly origin?: readonly number[]
  /** Default: from `origin` to the end. */
  readonly size?: readonly number[]
}

/** The sides of an image as commands count them: an array's last side is the number of images. */
export type ImageSides = readonly [number, number, number]

/** A region as C's parameters have it. */
export class ImageRegionLayout {
  readonly origin: BigUint64Array
  readonly size: BigUint64Array
  /** Pixels in it. */
  readonly pixels: number

  /** @throws RangeError unless it lies in the image */
  constructor(sides: ImageSides, { origin = [], size = [] }: ImageRegion = {}) {
    const from = sides.map((_, index) => origin[index] ?? 0)
    const counts = sides.map((side, index) => size[index] ?? side - (from[index] as number))
    for (const [index, side] of sides.entries()) {
      const start = checkInteger(from[index] as number, "An image region's origin", 0)
      const count = checkInteger(counts[index] as number, "A side of an image region", 1)
      if (start + count > side) {
        throw new RangeError(`${count} pixels from pixel ${start} don't fit an image's side of ${side}.`)
      }
    }
    const [x = 0, y = 0, z = 0] = from
    const [width = 1, height = 1, depth = 1] = counts
    this.origin = new Sizes().setAll(x, y, z).memory
    this.size = new Sizes().setAll(width, height, depth).memory
    this.pixels = width * height * depth
  }
}

export function sidesOf(shape: ImageShape, width: number, height: number, depth: number, images: number): ImageSides {
  if (shape === "1d") return [width, 1, 1]
  if (shape === "1d-array") return [width, images, 1]
  return [width, height, shape === "2d-array" ? images : depth]
}
