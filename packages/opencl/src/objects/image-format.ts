import { supportedImageFormats } from "../info/index.js"
import * as CL from "../native/constants/index.js"
import type { ContextHandle } from "../native/handles.js"
import { choice } from "./choice.js"

const orders = {
  r: [CL.R, 1],
  rg: [CL.RG, 2],
  rgba: [CL.RGBA, 4],
  bgra: [CL.BGRA, 4],
  argb: [CL.ARGB, 4],
  intensity: [CL.INTENSITY, 1],
  luminance: [CL.LUMINANCE, 1],
  depth: [CL.DEPTH, 1],
  srgba: [CL.sRGBA, 4],
} as const

const types = {
  snorm8: [CL.SNORM_INT8, 1],
  snorm16: [CL.SNORM_INT16, 2],
  unorm8: [CL.UNORM_INT8, 1],
  unorm16: [CL.UNORM_INT16, 2],
  int8: [CL.SIGNED_INT8, 1],
  int16: [CL.SIGNED_INT16, 2],
  int32: [CL.SIGNED_INT32, 4],
  uint8: [CL.UNSIGNED_INT8, 1],
  uint16: [CL.UNSIGNED_INT16, 2],
  uint32: [CL.UNSIGNED_INT32, 4],
  float16: [CL.HALF_FLOAT, 2],
  float32: [CL.FLOAT, 4],
} as const

const shapes = {
  "1d": CL.MEM_OBJECT_IMAGE1D,
  "1d-array": CL.MEM_OBJECT_IMAGE1D_ARRAY,
  "2d": CL.MEM_OBJECT_IMAGE2D,
  "2d-array": CL.MEM_OBJECT_IMAGE2D_ARRAY,
  "3d": CL.MEM_OBJECT_IMAGE3D,
} as const

export type ImageShape = keyof typeof shapes

/** A pixel: `unorm` and `snorm` are integers that kernels read as floats up to 1. */
export interface ImageFormat {
  readonly channels: keyof typeof orders
  readonly type: keyof typeof types
}

/** Bytes of a pixel. @throws TypeError for words that OpenCL doesn't have */
export function pixelLength(format: ImageFormat): number {
  return channelsOf(format)[1] * typeOf(format)[1]
}

/** What kernels read from such pixels, and what a colour for them is made of. */
export function colorType({ type }: ImageFormat): typeof Float32Array | typeof Int32Array | typeof Uint32Array {
  if (type.startsWith("int")) return Int32Array
  return type.startsWith("uint") ? Uint32Array : Float32Array
}

/** cl_image_format */
export function formatStruct(format: ImageFormat): Uint32Array {
  return Uint32Array.of(channelsOf(format)[0], typeOf(format)[0])
}

/** A channel order, and how many channels it has. */
function channelsOf({ channels }: ImageFormat) {
  return choice(orders, channels, "An image's channels")
}

/** A channel type, and its bytes. */
function typeOf({ type }: ImageFormat) {
  return choice(types, type, "An image's type")
}

/** cl_mem_object_type */
export function shapeConstant(shape: ImageShape): number {
  return choice(shapes, shape, "shape")
}

/** Those that have a name here. */
export function supportedFormats(context: ContextHandle, shape: ImageShape): readonly ImageFormat[] {
  const formats: ImageFormat[] = []
  for (const { channelOrder, channelType } of supportedImageFormats(context, CL.MEM_READ_WRITE, shapeConstant(shape))) {
    const channels = nameOf(orders, channelOrder)
    const type = nameOf(types, channelType)
    if (channels !== undefined && type !== undefined) formats.push({ channels, type })
  }
  return formats
}

function nameOf<Word extends string>(
  table: Readonly<Record<Word, readonly [number, number]>>,
  constant: number,
): Word | undefined {
  return (Object.keys(table) as Word[]).find((word) => table[word][0] === constant)
}
