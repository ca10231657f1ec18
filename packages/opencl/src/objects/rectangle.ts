import { checkInteger, Sizes } from "./numbers.js"

/** Bytes of a row, rows, and slices (default 1). */
export type Rectangle = readonly [bytes: number, rows: number, slices?: number]

/** How a rectangle lies in memory. */
export interface RectanglePlace {
  /** Bytes, rows and slices to leave out before it. Default: none. */
  readonly origin?: readonly [bytes: number, rows: number, slices?: number]
  /** Bytes from one row to the next. Default: those of a row of the rectangle. */
  readonly rowPitch?: number
  /** Bytes from one slice to the next, a multiple of `rowPitch`. Default: those of the rectangle's rows. */
  readonly slicePitch?: number
}

export interface RectangleTransfer {
  readonly region: Rectangle
  readonly buffer?: RectanglePlace
  readonly host?: RectanglePlace
}

export interface RectangleCopy {
  readonly region: Rectangle
  readonly from?: RectanglePlace
  readonly to?: RectanglePlace
}

/** A rectangle in memory, as C's parameters have it. */
export class RectangleLayout {
  readonly region: BigUint64Array
  readonly origin: BigUint64Array
  readonly rowPitch: number
  readonly slicePitch: number

  /** @throws RangeError unless it fits into `byteLength` bytes */
  constructor(region: Rectangle, place: RectanglePlace = {}, byteLength: number, kind: string) {
    const [bytes, rows, slices = 1] = region
    const [left, above, before = 0] = place.origin ?? [0, 0]
    for (const side of [bytes, rows, slices]) checkInteger(side, "A side of a rectangle", 1)
    for (const skipped of [left, above, before]) checkInteger(skipped, "A rectangle's origin", 0)
    this.rowPitch = checkInteger(place.rowPitch ?? bytes, "rowPitch", bytes)
    this.slicePitch = checkInteger(place.slicePitch ?? rows * this.rowPitch, "slicePitch", rows * this.rowPitch)
    if (this.slicePitch % this.rowPitch !== 0) {
      throw new RangeError(`slicePitch is a multiple of rowPitch, ${this.rowPitch}, not ${this.slicePitch}.`)
    }
    const end = (before + slices - 1) * this.slicePitch + (above + rows - 1) * this.rowPitch + left + bytes
    if (end > byteLength) {
      throw new RangeError(`The rectangle ends at byte ${end}, and the ${kind} has ${byteLength}: make it smaller.`)
    }
    this.region = new Sizes().setAll(bytes, rows, slices).memory
    this.origin = new Sizes().setAll(left, above, before).memory
  }
}
