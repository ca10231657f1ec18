import { constants, type MemoryHandle, made, opencl, refusal } from "../native/index.js"
import { constantNumber, type HostMemory, isGiven, type Optional, wholeNumber } from "./arguments.js"
import { initialMemory, ownMemory, shareMemory } from "./host-memory.js"
import { type Descriptor, imageBytes, pixelBytes } from "./image-size.js"
import type { ImageFormat } from "./mem-object.js"
import { type CLContext, type CLMem, contextOf, describe, memoryOf } from "./objects.js"

/** Sizes are in pixels, pitches in bytes. */
export interface ImageDescription {
  /** MEM_OBJECT_IMAGE2D and its neighbours */
  type: number
  width?: number
  height?: number
  depth?: number
  array_size?: number
  row_pitch?: number
  slice_pitch?: number
  /** For MEM_OBJECT_IMAGE1D_BUFFER, and for an image over a buffer or another image. Not in node-opencl. */
  buffer?: CLMem
}

/**
 * @param flags MEM_READ_WRITE and its neighbours; 0 is MEM_READ_WRITE
 * @param memory as for createBuffer
 */
export function createImage(
  context: CLContext,
  flags: Optional<number>,
  format: ImageFormat,
  description: ImageDescription,
  memory?: Optional<HostMemory>,
): CLMem {
  const call = "createImage"
  const handle = contextOf(context, call)
  const wanted = constantNumber(flags, "the flags", call)
  const { order, type, bytes: formatBytes } = formatOf(format, call)
  const image = descriptor(description, call)
  const source = isGiven(description.buffer) ? memoryOf(description.buffer, call) : null
  const initial = initialMemory(memory, wanted, imageBytes(image, pixelBytes(order, type)), call)
  const object = ownMemory(
    made(call, (errcode) =>
      opencl().clCreateImage(handle, wanted, formatBytes, descriptorBytes(image, source), initial, errcode),
    ),
    wanted,
    initial,
  )
  if (description.buffer) shareMemory(description.buffer, object)
  return object
}

/**
 * The same as OpenCL 1.1 has it, by way of createImage.
 *
 * @param rowPitch in bytes; 0: as long as a row
 */
export function createImage2D(
  context: CLContext,
  flags: Optional<number>,
  format: ImageFormat,
  width: number,
  height: number,
  rowPitch?: Optional<number>,
  memory?: Optional<HostMemory>,
): CLMem {
  const plane = { type: constants.MEM_OBJECT_IMAGE2D, width, height, row_pitch: rowPitch ?? 0 }
  return createImage(context, flags, format, plane, memory)
}

/**
 * The same as OpenCL 1.1 has it, by way of createImage.
 *
 * @param rowPitch in bytes; 0: as long as a row
 * @param slicePitch in bytes; 0: as long as a plane
 */
export function createImage3D(
  context: CLContext,
  flags: Optional<number>,
  format: ImageFormat,
  width: number,
  height: number,
  depth: number,
  rowPitch?: Optional<number>,
  slicePitch?: Optional<number>,
  memory?: Optional<HostMemory>,
): CLMem {
  const pitches = { row_pitch: rowPitch ?? 0, slice_pitch: slicePitch ?? 0 }
  const volume = { type: constants.MEM_OBJECT_IMAGE3D, width, height, depth, ...pitches }
  return createImage(context, flags, format, volume, memory)
}

function formatOf(format: unknown, call: string): { order: number; type: number; bytes: Uint32Array } {
  const { channel_order, channel_data_type } = fields<ImageFormat>(format, "INVALID_IMAGE_FORMAT_DESCRIPTOR", call)
  const order = constantNumber(channel_order, "channel_order", call)
  const type = constantNumber(channel_data_type, "channel_data_type", call)
  return { order, type, bytes: Uint32Array.of(order, type) }
}

function descriptor(description: unknown, call: string): Descriptor {
  const given = fields<ImageDescription>(description, "INVALID_IMAGE_DESCRIPTOR", call)
  return {
    type: constantNumber(given.type, "type", call),
    width: wholeNumber(given.width, "width", call),
    height: wholeNumber(given.height, "height", call),
    depth: wholeNumber(given.depth, "depth", call),
    arraySize: wholeNumber(given.array_size, "array_size", call),
    rowPitch: wholeNumber(given.row_pitch, "row_pitch", call),
    slicePitch: wholeNumber(given.slice_pitch, "slice_pitch", call),
  }
}

function fields<Type>(
  value: unknown,
  status: "INVALID_IMAGE_FORMAT_DESCRIPTOR" | "INVALID_IMAGE_DESCRIPTOR",
  call: string,
): Partial<Type> {
  if (typeof value === "object" && value !== null) return value
  throw refusal(status, { call, detail: `expected an object, got ${describe(value)}.` })
}

/** cl_image_desc: the type in 8 bytes, six sizes, mip levels and samples (always 0), a memory object. */
function descriptorBytes(image: Descriptor, source: MemoryHandle | null): BigUint64Array {
  const sizes = [image.type, image.width, image.height, image.depth, image.arraySize, image.rowPitch, image.slicePitch]
  return BigUint64Array.from([...sizes.map(BigInt), 0n, source ?? 0n])
}
