/** A picture in memory: 8-bit red, green, blue, three bytes a pixel, row by row from the top, upright. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}
