import { imageInfo, memoryInfo, supportedImageFormats } from "../info/index.js"
import { opencl } from "../native/index.js"
import { constantNumber } from "./arguments.js"
import { type Info, info } from "./info.js"
import { memoryKind } from "./kinds.js"
import { type CLContext, type CLMem, contextOf, memoryOf, release, retain } from "./objects.js"

export interface ImageFormat {
  /** RGBA and its neighbours */
  channel_order: number
  /** UNSIGNED_INT8, FLOAT and their neighbours */
  channel_data_type: number
}

export function retainMemObject(memory: CLMem): number {
  retain(memoryKind, memory, "retainMemObject")
  return 0
}

export function releaseMemObject(memory: CLMem): number {
  release(memoryKind, memory, "releaseMemObject")
  return 0
}

/**
 * The formats that images of a context can have.
 *
 * @param flags MEM_READ_ONLY and its neighbours
 * @param type MEM_OBJECT_IMAGE2D and its neighbours
 */
export function getSupportedImageFormats(context: CLContext, flags: number, type: number): ImageFormat[] {
  const call = "getSupportedImageFormats"
  const handle = contextOf(context, call)
  const wanted = [constantNumber(flags, "the flags", call), constantNumber(type, "the image type", call)] as const
  return supportedImageFormats(handle, ...wanted, call).map(({ channelOrder, channelType }) => ({
    channel_order: channelOrder,
    channel_data_type: channelType,
  }))
}

/** @param name MEM_SIZE and its neighbours. MEM_HOST_PTR gives nothing, as in node-opencl */
export function getMemObjectInfo<Name extends number>(memory: CLMem, name: Name): Info<typeof memoryInfo, Name> {
  const call = "getMemObjectInfo"
  const handle = memoryOf(memory, call)
  return info(memoryInfo, name, call, (...room) => opencl().clGetMemObjectInfo(handle, name, ...room))
}

/** @param name IMAGE_WIDTH and its neighbours */
export function getImageInfo<Name extends number>(image: CLMem, name: Name): Info<typeof imageInfo, Name> {
  const call = "getImageInfo"
  const handle = memoryOf(image, call)
  return info(imageInfo, name, call, (...room) => opencl().clGetImageInfo(handle, name, ...room))
}
