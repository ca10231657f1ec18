/** How many bytes of host memory an image takes. OpenCL 3.0, 5.3.1: image formats, image descriptors. */
import { constants } from "../native/index.js"

const channels = new Map<number, number>([
  [constants.R, 1],
  [constants.A, 1],
  [constants.DEPTH, 1],
  [constants.LUMINANCE, 1],
  [constants.INTENSITY, 1],
  [constants.Rx, 1],
  [constants.RG, 2],
  [constants.RA, 2],
  [constants.RGx, 2],
  [constants.RGB, 3],
  [constants.RGBx, 3],
  [constants.sRGB, 3],
])

const widths = new Map<number, number>([
  [constants.SNORM_INT8, 1],
  [constants.UNORM_INT8, 1],
  [constants.SIGNED_INT8, 1],
  [constants.UNSIGNED_INT8, 1],
  [constants.SNORM_INT16, 2],
  [constants.UNORM_INT16, 2],
  [constants.SIGNED_INT16, 2],
  [constants.UNSIGNED_INT16, 2],
  [constants.HALF_FLOAT, 2],
  [constants.SIGNED_INT32, 4],
  [constants.UNSIGNED_INT32, 4],
  [constants.FLOAT, 4],
])

/** All channels of a pixel in one number. */
const packed = new Map<number, number>([
  [constants.UNORM_SHORT_565, 2],
  [constants.UNORM_SHORT_555, 2],
  [constants.UNORM_INT_101010, 4],
  [constants.UNORM_INT24, 4],
  [constants.UNORM_INT_101010_2, 4],
])

/** Bytes a pixel; as many as there can be (16) for a format that isn't known here. */
export function pixelBytes(order: number, type: number): number {
  const whole = packed.get(type)
  if (whole !== undefined) return whole
  // What isn't listed has four channels: RGBA and its permutations.
  return (channels.get(order) ?? 4) * (widths.get(type) ?? 4)
}

export interface Descriptor {
  readonly type: number
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly arraySize: number
  readonly rowPitch: number
  readonly slicePitch: number
}

/** Bytes of the host memory that an image is made from. */
export function imageBytes(image: Descriptor, pixel: number): number {
  const row = image.rowPitch || image.width * pixel
  switch (image.type) {
    case constants.MEM_OBJECT_IMAGE1D:
    case constants.MEM_OBJECT_IMAGE1D_BUFFER:
      return row
    case constants.MEM_OBJECT_IMAGE1D_ARRAY:
      return (image.slicePitch || row) * image.arraySize
    case constants.MEM_OBJECT_IMAGE2D_ARRAY:
      return (image.slicePitch || row * image.height) * image.arraySize
    case constants.MEM_OBJECT_IMAGE3D:
      return (image.slicePitch || row * image.height) * image.depth
    default:
      return row * image.height
  }
}

export type Triple = readonly [number, number, number]

/**
 * Bytes of host memory from its start to the end of a region, of lines of `line` bytes.
 *
 * @param rowPitch bytes from line to line; 0: lines follow one another
 * @param slicePitch bytes from plane to plane; 0: planes follow one another
 */
export function regionBytes(
  line: number,
  [, rows, slices]: Triple,
  rowPitch: number,
  slicePitch: number,
  [x, y, z]: Triple = [0, 0, 0],
): number {
  const row = rowPitch || line
  const slice = slicePitch || row * rows
  return x + line + (y + rows - 1) * row + (z + slices - 1) * slice
}
