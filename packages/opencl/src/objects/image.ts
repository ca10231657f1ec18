import { made } from "../native/check.js"
import * as CL from "../native/constants/index.js"
import type { MemoryHandle } from "../native/handles.js"
import { opencl } from "../native/opencl.js"
import { type KernelAccess, kernelAccess } from "./buffer-options.js"
import { choice } from "./choice.js"
import { type CommandEvent, transferred } from "./command-event.js"
import type { Asked, CommandOptions, EventOptions } from "./command-options.js"
import type { Context } from "./context.js"
import { DeviceBuffer } from "./device-buffer.js"
import { bytesOf, type HostMemory, lastingBytesOf } from "./host-memory.js"
import {
  colorType,
  formatStruct,
  type ImageFormat,
  type ImageShape,
  pixelLength,
  shapeConstant,
} from "./image-format.js"
import { type ImageRegion, ImageRegionLayout, type ImageSides, sidesOf } from "./image-region.js"
import { type MapOptions, MappedRegion, mapFlags, unmapObject, whenMapped } from "./mapped-region.js"
import { handleIn, NativeObject, ownedOf } from "./native-object.js"
import { checkInteger, checkRange, Sizes } from "./numbers.js"
import { callOn, type Queue } from "./queue.js"

export interface ImageDescription {
  /** Default: `2d`. */
  readonly shape?: ImageShape
  readonly width: number
  /** Rows. Default 1. */
  readonly height?: number
  /** Slices of a `3d` image. Default 1. */
  readonly depth?: number
  /** Images of an array. Default 1. */
  readonly images?: number
  /** Default: `rgba`, `unorm8`. */
  readonly format?: ImageFormat
  /** What kernels do with it. Default `read-write`. */
  readonly access?: KernelAccess
}

/** Pixels that kernels read by way of samplers. Host memory has them row by row, without gaps. */
export class Image extends NativeObject<MemoryHandle> {
  readonly shape: ImageShape
  readonly format: ImageFormat
  /** Columns, rows and slices; an array's last side is its number of images. */
  readonly sides: ImageSides
  /** Bytes of a pixel. */
  readonly pixelLength: number

  /** Use `context.createImage()`. */
  constructor(context: Context, handle: MemoryHandle, shape: ImageShape, format: ImageFormat, sides: ImageSides) {
    super("image", handle, (memory) => opencl().clReleaseMemObject(memory), context)
    this.shape = shape
    this.format = format
    this.sides = sides
    this.pixelLength = pixelLength(format)
  }

  /** Copies pixels into host memory. @returns `into`, when they are there; leave it alone until then */
  async read<Memory extends HostMemory>(
    queue: Queue,
    into: Memory,
    options?: ImageRegion & EventOptions,
  ): Promise<Memory> {
    return transferred(this.enqueueRead(queue, into, options), into)
  }

  /** The same, not awaited: `into` holds the pixels when the event is complete. */
  enqueueRead(queue: Queue, into: HostMemory, options?: ImageRegion & EventOptions): CommandEvent {
    return this.#transfer("clEnqueueReadImage", queue, into, options)
  }

  /** Copies host memory into the image. Don't write to `from` before the promise settles. */
  async write(queue: Queue, from: HostMemory, options?: ImageRegion & EventOptions): Promise<void> {
    await transferred(this.enqueueWrite(queue, from, options), from)
  }

  /** The same, not awaited: `from` is in use until the event is complete. */
  enqueueWrite(queue: Queue, from: HostMemory, options?: ImageRegion & EventOptions): CommandEvent {
    return this.#transfer("clEnqueueWriteImage", queue, from, options)
  }

  /** @param color four numbers: Float32Array for what kernels read as floats, Int32Array or Uint32Array for integers */
  enqueueFill<Options extends ImageRegion & CommandOptions>(
    queue: Queue,
    color: Float32Array | Int32Array | Uint32Array,
    options?: Options,
  ): Asked<Options> {
    const type = colorType(this.format)
    if (!(color instanceof type) || color.length !== 4) {
      throw new TypeError(`The colour of ${this.format.type} pixels is four numbers in a ${type.name}.`)
    }
    const owned = ownedOf(this)
    const { origin, size } = new ImageRegionLayout(this.sides, options)
    const call = callOn(queue, owned.context, options)
    return call.end<Options>(
      opencl().clEnqueueFillImage(
        call.queue,
        owned.live(),
        color,
        origin,
        size,
        call.waitCount,
        call.waitList,
        call.eventOut,
      ),
      "clEnqueueFillImage",
    )
  }

  /** Copies pixels to another image of the same format. @param toOrigin where they go; default 0, 0, 0 */
  enqueueCopy<Options extends ImageRegion & CommandOptions>(
    queue: Queue,
    to: Image,
    options?: Options & { readonly toOrigin?: readonly number[] },
  ): Asked<Options> {
    const owned = ownedOf(this)
    const target = handleIn(owned.context, to, Image)
    const source = new ImageRegionLayout(this.sides, options)
    const counts = Array.from(source.size, Number)
    const copy = new ImageRegionLayout(to.sides, { origin: options?.toOrigin ?? [], size: counts })
    const call = callOn(queue, owned.context, options)
    return call.end<Options>(
      opencl().clEnqueueCopyImage(
        call.queue,
        owned.live(),
        target,
        source.origin,
        copy.origin,
        source.size,
        call.waitCount,
        call.waitList,
        call.eventOut,
      ),
      "clEnqueueCopyImage",
    )
  }

  /** Copies pixels to a buffer, row by row without gaps. @param offset where in the buffer, in bytes; default 0 */
  enqueueCopyToBuffer<Options extends ImageRegion & CommandOptions>(
    queue: Queue,
    to: DeviceBuffer,
    options?: Options & { readonly offset?: number },
  ): Asked<Options> {
    const { call, owned, buffer, region, offset } = this.#bufferCopy(queue, to, options)
    return call.end<Options>(
      opencl().clEnqueueCopyImageToBuffer(
        call.queue,
        owned.live(),
        buffer,
        region.origin,
        region.size,
        offset,
        call.waitCount,
        call.waitList,
        call.eventOut,
      ),
      "clEnqueueCopyImageToBuffer",
    )
  }

  /** Copies pixels from a buffer, where they lie row by row without gaps. @param offset in bytes; default 0 */
  enqueueCopyFromBuffer<Options extends ImageRegion & CommandOptions>(
    queue: Queue,
    from: DeviceBuffer,
    options?: Options & { readonly offset?: number },
  ): Asked<Options> {
    const { call, owned, buffer, region, offset } = this.#bufferCopy(queue, from, options)
    return call.end<Options>(
      opencl().clEnqueueCopyBufferToImage(
        call.queue,
        buffer,
        owned.live(),
        offset,
        region.origin,
        region.size,
        call.waitCount,
        call.waitList,
        call.eventOut,
      ),
      "clEnqueueCopyBufferToImage",
    )
  }

  /** Lends the pixels to JavaScript, until they are unmapped; with gaps, as `rowPitch` and `slicePitch` tell. */
  async map(queue: Queue, options?: MapOptions & ImageRegion & EventOptions): Promise<MappedRegion> {
    const owned = ownedOf(this)
    const access = options?.access ?? "read-write"
    const { origin, size } = new ImageRegionLayout(this.sides, options)
    const flags = mapFlags(access)
    const call = callOn(queue, owned.context, options, true)
    const pitches = new Sizes().memory
    const address = made("clEnqueueMapImage", (status) =>
      opencl().clEnqueueMapImage(
        call.queue,
        owned.live(),
        0,
        flags,
        origin,
        size,
        pitches.subarray(0, 1),
        pitches.subarray(1, 2),
        call.waitCount,
        call.waitList,
        call.eventOut,
        status,
      ),
    )
    const [rowPitch = 0, slicePitch = 0] = Array.from(pitches, Number)
    const [width = 1, height = 1, depth = 1] = Array.from(size, Number)
    // The last row ends with its last pixel: what would follow it isn't mapped.
    const rows = this.shape === "1d-array" ? (height - 1) * (slicePitch || rowPitch) : (height - 1) * rowPitch
    const byteLength = (depth - 1) * slicePitch + rows + width * this.pixelLength
    const unmap = unmapObject(owned.handle)
    const mapping = { address, byteLength, access, rowPitch, slicePitch, unmap }
    return whenMapped(new MappedRegion(queue, this, mapping), call.checkedEvent())
  }

  #bufferCopy(
    queue: Queue,
    object: DeviceBuffer,
    options?: ImageRegion & CommandOptions & { readonly offset?: number },
  ) {
    const owned = ownedOf(this)
    const buffer = handleIn(owned.context, object, DeviceBuffer)
    const region = new ImageRegionLayout(this.sides, options)
    const offset = options?.offset ?? 0
    checkRange(offset, region.pixels * this.pixelLength, object.byteLength, "buffer")
    return { call: callOn(queue, owned.context, options), owned, buffer, region, offset }
  }

  #transfer(
    name: "clEnqueueReadImage" | "clEnqueueWriteImage",
    queue: Queue,
    memory: HostMemory,
    options: (ImageRegion & EventOptions) | undefined,
  ): CommandEvent {
    const owned = ownedOf(this)
    const bytes = lastingBytesOf(memory)
    const { origin, size, pixels } = new ImageRegionLayout(this.sides, options)
    checkPixels(bytes, pixels * this.pixelLength)
    const call = callOn(queue, owned.context, options, true)
    return call.event(
      opencl()[name](
        call.queue,
        owned.live(),
        0,
        origin,
        size,
        0,
        0,
        bytes,
        call.waitCount,
        call.waitList,
        call.eventOut,
      ),
      name,
      bytes,
    )
  }
}

export function newImage(context: Context, description: ImageDescription, content?: HostMemory): Image {
  const { shape = "2d", format = { channels: "rgba", type: "unorm8" } } = description
  const { width, height = 1, depth = 1, images = 1 } = description
  for (const side of [width, height, depth, images]) checkInteger(side, "A side of an image", 1)
  const sides = sidesOf(shape, width, height, depth, images)
  const bytes = content === undefined ? null : bytesOf(content)
  if (bytes !== null) checkPixels(bytes, sides[0] * sides[1] * sides[2] * pixelLength(format))
  const access = choice(kernelAccess, description.access ?? "read-write", "access")
  const flags = access | (bytes === null ? 0 : CL.MEM_COPY_HOST_PTR)
  // cl_image_desc: type, width, height, depth, array size, row pitch, slice pitch, mip levels and samples, buffer
  const descriptor = BigUint64Array.from([shapeConstant(shape), width, height, depth, images, 0, 0, 0, 0], BigInt)
  const parent = ownedOf(context).live()
  const handle = made(
    "clCreateImage",
    (status) => opencl().clCreateImage(parent, flags, formatStruct(format), descriptor, bytes, status),
    () =>
      `A ${shape} image of ${sides.join(" x ")} pixels, ${format.channels} ${format.type}, ${sides[0] * sides[1] * sides[2] * pixelLength(format)} bytes, was asked for: see context.imageFormats() and the device's limits.`,
  )
  return new Image(context, handle, shape, format, sides)
}

function checkPixels(bytes: Uint8Array, expected: number): void {
  if (bytes.length === expected) return
  throw new RangeError(`These pixels are ${expected} bytes, and the host memory has ${bytes.length}.`)
}
