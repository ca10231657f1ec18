/** Whether a command stays within memory objects. Drivers should check that, and not all of them do. */
import { imageInfo, memoryInfo, readInfo } from "../info/index.js"
import { constants, type MemoryHandle, opencl, refusal } from "../native/index.js"
import { regionBytes, type Triple } from "./image-size.js"
import { type CLMem, memoryOf } from "./objects.js"

interface Shape {
  readonly flags: number
  /** Of the whole object. */
  readonly bytes: number
  /** MEM_OBJECT_BUFFER and its neighbours */
  readonly type: number
  readonly image?: ImageShape
}

interface ImageShape {
  readonly pixelBytes: number
  /** In pixels; layers of an array count as rows or planes. */
  readonly extent: Triple
}

/** None of it changes while an object lives. */
const shapes = new WeakMap<CLMem, Shape>()

export function shapeOf(object: CLMem, call: string): Shape {
  const handle = memoryOf(object, call)
  const known = shapes.get(object)
  if (known !== undefined) return known
  const shape = ask(handle)
  shapes.set(object, shape)
  return shape
}

function ask(handle: MemoryHandle): Shape {
  const about = <Name extends keyof typeof memoryInfo>(name: Name) =>
    readInfo(memoryInfo[name], "clGetMemObjectInfo", (...room) => opencl().clGetMemObjectInfo(handle, name, ...room))
  const [flags, bytes, type] = [
    about(constants.MEM_FLAGS),
    about(constants.MEM_SIZE),
    about(constants.MEM_TYPE),
  ] as number[]
  const shape = { flags, bytes, type } as Shape
  return type === constants.MEM_OBJECT_BUFFER || type === constants.MEM_OBJECT_PIPE
    ? shape
    : { ...shape, image: askImage(handle, type as number) }
}

function askImage(handle: MemoryHandle, type: number): ImageShape {
  const about = <Name extends keyof typeof imageInfo>(name: Name) =>
    readInfo(imageInfo[name], "clGetImageInfo", (...room) => opencl().clGetImageInfo(handle, name, ...room)) as number
  const [width, layers] = [about(constants.IMAGE_WIDTH), about(constants.IMAGE_ARRAY_SIZE)]
  const extents = new Map<number, Triple>([
    [constants.MEM_OBJECT_IMAGE1D_ARRAY, [width, layers, 1]],
    [constants.MEM_OBJECT_IMAGE2D, [width, about(constants.IMAGE_HEIGHT), 1]],
    [constants.MEM_OBJECT_IMAGE2D_ARRAY, [width, about(constants.IMAGE_HEIGHT), layers]],
    [constants.MEM_OBJECT_IMAGE3D, [width, about(constants.IMAGE_HEIGHT), about(constants.IMAGE_DEPTH)]],
  ])
  return { pixelBytes: about(constants.IMAGE_ELEMENT_SIZE), extent: extents.get(type) ?? [width, 1, 1] }
}

/** @throws OpenCLError INVALID_VALUE when the bytes aren't all in the buffer */
export function expectBytes(buffer: CLMem, offset: number, byteLength: number, call: string): void {
  const { bytes } = shapeOf(buffer, call)
  if (offset + byteLength > bytes)
    throw refusal("INVALID_VALUE", {
      call,
      detail: `the buffer has ${bytes} bytes, and ${byteLength} from ${offset} would be touched.`,
    })
}

/**
 * @returns bytes a pixel
 * @throws OpenCLError INVALID_VALUE when the region is empty or isn't all in the image; INVALID_MEM_OBJECT for a buffer
 */
export function expectPixels(image: CLMem, origin: Triple, region: Triple, call: string): number {
  const { image: shape } = shapeOf(image, call)
  if (shape === undefined) throw refusal("INVALID_MEM_OBJECT", { call, detail: "expected an image, got a buffer." })
  if (region.some((size, axis) => size === 0 || (origin[axis] as number) + size > (shape.extent[axis] as number)))
    throw refusal("INVALID_VALUE", {
      call,
      detail: `the image has ${shape.extent.join(" x ")} pixels, and ${region.join(" x ")} from ${origin.join(", ")} would be touched.`,
    })
  return shape.pixelBytes
}

/**
 * Bytes of the host's memory from the first pixel of a region to the last. In an array of lines, the slice pitch is from
 * line to line.
 *
 * @param pixel its bytes
 */
export function hostBytes(
  image: CLMem,
  region: Triple,
  pixel: number,
  rowPitch: number,
  slicePitch: number,
  call: string,
): number {
  const isLines = shapeOf(image, call).type === constants.MEM_OBJECT_IMAGE1D_ARRAY
  return regionBytes(region[0] * pixel, region, isLines && slicePitch > 0 ? slicePitch : rowPitch, slicePitch)
}

/** @throws OpenCLError INVALID_OPERATION when the object was made so that the program can't do this to it */
export function expectHostAccess(object: CLMem, access: "read" | "write", call: string): void {
  const refusing =
    constants.MEM_HOST_NO_ACCESS | (access === "read" ? constants.MEM_HOST_WRITE_ONLY : constants.MEM_HOST_READ_ONLY)
  if ((shapeOf(object, call).flags & refusing) !== 0)
    throw refusal("INVALID_OPERATION", {
      call,
      detail: `the object was made with a flag that forbids the host to ${access}.`,
    })
}
