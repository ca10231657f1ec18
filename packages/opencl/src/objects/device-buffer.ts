import { made } from "../native/check.js"
import * as CL from "../native/constants/index.js"
import type { MemoryHandle } from "../native/handles.js"
import { opencl } from "../native/opencl.js"
import {
  type CopyOptions,
  type KernelAccess,
  kernelAccess,
  type RangeOptions,
  type TransferOptions,
} from "./buffer-options.js"
import { enqueueRectangle, enqueueTransfer, type TransferBuffer, transferSync } from "./buffer-transfer.js"
import { choice } from "./choice.js"
import { type CommandEvent, transferred } from "./command-event.js"
import type { Asked, CommandOptions, EventOptions } from "./command-options.js"
import type { Context } from "./context.js"
import { checkPattern } from "./fill-pattern.js"
import { bytesOf, type HostMemory } from "./host-memory.js"
import { type MapOptions, MappedRegion, mapFlags, unmapObject, whenMapped } from "./mapped-region.js"
import { handleIn, NativeObject, ownedOf } from "./native-object.js"
import { checkRange } from "./numbers.js"
import { callOn, type Queue } from "./queue.js"
import { type RectangleCopy, RectangleLayout, type RectangleTransfer } from "./rectangle.js"

/** Memory of a context's devices. Its commands take a queue; times and sizes are nanoseconds and bytes. */
export class DeviceBuffer extends NativeObject<MemoryHandle> {
  readonly byteLength: number
  readonly #self: TransferBuffer

  /** Use `context.createBuffer()`. */
  constructor(handle: MemoryHandle, byteLength: number, madeFrom: Context | DeviceBuffer) {
    super("buffer", handle, (memory) => opencl().clReleaseMemObject(memory), madeFrom)
    this.byteLength = byteLength
    this.#self = { owned: ownedOf(this), byteLength }
  }

  /**
   * Part of this buffer as a buffer of its own. It goes when this one is released.
   *
   * @throws OpenCLError MISALIGNED_SUB_BUFFER_OFFSET unless `offset` is a multiple of the device's `subBufferAlignment`
   */
  subBuffer(options: RangeOptions & { readonly access?: KernelAccess } = {}): DeviceBuffer {
    const owned = ownedOf(this)
    const { offset, byteLength } = this.#range(options)
    const flags = options.access === undefined ? 0 : choice(kernelAccess, options.access, "access")
    const region = new BigUint64Array([BigInt(offset), BigInt(byteLength)])
    const handle = made("clCreateSubBuffer", (status) =>
      opencl().clCreateSubBuffer(owned.live(), flags, CL.BUFFER_CREATE_TYPE_REGION, region, status),
    )
    return new DeviceBuffer(handle, byteLength, this)
  }

  /**
   * Copies bytes of the buffer into host memory, as many as that has.
   *
   * @returns `into`, when they are there. Until then don't touch it, and don't transfer its ArrayBuffer: nothing can keep
   *   the device from writing where it was.
   */
  async read<Memory extends HostMemory>(
    queue: Queue,
    into: Memory,
    options?: TransferOptions & EventOptions,
  ): Promise<Memory> {
    return transferred(this.enqueueRead(queue, into, options), into)
  }

  /** The same, and blocks JavaScript. */
  readSync<Memory extends HostMemory>(queue: Queue, into: Memory, options?: TransferOptions & EventOptions): Memory {
    transferSync("clEnqueueReadBuffer", this.#self, queue, into, options)
    return into
  }

  /** The same, not awaited: `into` holds the bytes when the event is complete. */
  enqueueRead(queue: Queue, into: HostMemory, options?: TransferOptions & EventOptions): CommandEvent {
    return enqueueTransfer("clEnqueueReadBuffer", this.#self, queue, into, options)
  }

  /** Copies host memory into the buffer. Don't write to `from` before the promise settles. */
  async write(queue: Queue, from: HostMemory, options?: TransferOptions & EventOptions): Promise<void> {
    await transferred(this.enqueueWrite(queue, from, options), from)
  }

  /** The same, and blocks JavaScript. */
  writeSync(queue: Queue, from: HostMemory, options?: TransferOptions & EventOptions): void {
    transferSync("clEnqueueWriteBuffer", this.#self, queue, from, options)
  }

  /** The same, not awaited: `from` is in use until the event is complete. */
  enqueueWrite(queue: Queue, from: HostMemory, options?: TransferOptions & EventOptions): CommandEvent {
    return enqueueTransfer("clEnqueueWriteBuffer", this.#self, queue, from, options)
  }

  /** @param pattern 1, 2, 4 ... 128 bytes, of which `offset` and `byteLength` are multiples; copied before this returns */
  enqueueFill<Options extends RangeOptions & CommandOptions>(
    queue: Queue,
    pattern: HostMemory,
    options?: Options,
  ): Asked<Options> {
    const bytes = bytesOf(pattern)
    const { offset, byteLength } = this.#range(options)
    checkPattern(bytes, byteLength, offset)
    const owned = ownedOf(this)
    const call = callOn(queue, owned.context, options)
    return call.end<Options>(
      opencl().clEnqueueFillBuffer(
        call.queue,
        owned.live(),
        bytes,
        bytes.length,
        offset,
        byteLength,
        call.waitCount,
        call.waitList,
        call.eventOut,
      ),
      "clEnqueueFillBuffer",
    )
  }

  /** Copies to another buffer, or elsewhere in this one. @throws RangeError when both ranges overlap */
  enqueueCopy<Options extends CopyOptions & CommandOptions>(
    queue: Queue,
    to: DeviceBuffer,
    options?: Options,
  ): Asked<Options> {
    const owned = ownedOf(this)
    const target = handleIn(owned.context, to, DeviceBuffer)
    const { offset, byteLength } = this.#range(options)
    const toOffset = options?.toOffset ?? 0
    checkRange(toOffset, byteLength, to.byteLength, "buffer copied to")
    if (to === this && Math.abs(toOffset - offset) < byteLength) {
      throw new RangeError(
        `Bytes ${offset} and ${toOffset}, ${byteLength} each, overlap: copy by way of another buffer.`,
      )
    }
    const call = callOn(queue, owned.context, options)
    return call.end<Options>(
      opencl().clEnqueueCopyBuffer(
        call.queue,
        owned.live(),
        target,
        offset,
        toOffset,
        byteLength,
        call.waitCount,
        call.waitList,
        call.eventOut,
      ),
      "clEnqueueCopyBuffer",
    )
  }

  /** Copies a rectangle, or a box, into host memory, which is in use until the event is complete. */
  enqueueReadRectangle(
    queue: Queue,
    into: HostMemory,
    rectangle: RectangleTransfer,
    options?: EventOptions,
  ): CommandEvent {
    return enqueueRectangle("clEnqueueReadBufferRect", this.#self, queue, into, rectangle, options)
  }

  /** Copies a rectangle, or a box, out of host memory, which is in use until the event is complete. */
  enqueueWriteRectangle(
    queue: Queue,
    from: HostMemory,
    rectangle: RectangleTransfer,
    options?: EventOptions,
  ): CommandEvent {
    return enqueueRectangle("clEnqueueWriteBufferRect", this.#self, queue, from, rectangle, options)
  }

  /** Copies a rectangle, or a box, to another buffer. */
  enqueueCopyRectangle<Options extends CommandOptions>(
    queue: Queue,
    to: DeviceBuffer,
    rectangle: RectangleCopy,
    options?: Options,
  ): Asked<Options> {
    const owned = ownedOf(this)
    const target = handleIn(owned.context, to, DeviceBuffer)
    const source = new RectangleLayout(rectangle.region, rectangle.from, this.byteLength, "buffer")
    const copy = new RectangleLayout(rectangle.region, rectangle.to, to.byteLength, "buffer copied to")
    const call = callOn(queue, owned.context, options)
    return call.end<Options>(
      opencl().clEnqueueCopyBufferRect(
        call.queue,
        owned.live(),
        target,
        source.origin,
        copy.origin,
        source.region,
        source.rowPitch,
        source.slicePitch,
        copy.rowPitch,
        copy.slicePitch,
        call.waitCount,
        call.waitList,
        call.eventOut,
      ),
      "clEnqueueCopyBufferRect",
    )
  }

  /** Lends the bytes to JavaScript, until they are unmapped. */
  async map(queue: Queue, options?: MapOptions & RangeOptions & EventOptions): Promise<MappedRegion> {
    const { region, call } = this.#map(queue, options, false)
    return whenMapped(region, call.checkedEvent())
  }

  /** The same, and blocks JavaScript. */
  mapSync(queue: Queue, options?: MapOptions & RangeOptions & EventOptions): MappedRegion {
    return this.#map(queue, options, true).region
  }

  #map(queue: Queue, options: (MapOptions & RangeOptions & EventOptions) | undefined, blocking: boolean) {
    const owned = ownedOf(this)
    const { offset, byteLength } = this.#range(options)
    const access = options?.access ?? "read-write"
    const flags = mapFlags(access)
    const call = callOn(queue, owned.context, options, !blocking)
    const address = made("clEnqueueMapBuffer", (status) =>
      opencl().clEnqueueMapBuffer(
        call.queue,
        owned.live(),
        Number(blocking),
        flags,
        offset,
        byteLength,
        call.waitCount,
        call.waitList,
        call.eventOut,
        status,
      ),
    )
    const mapping = { address, byteLength, access, unmap: unmapObject(owned.handle) }
    return { call, region: new MappedRegion(queue, this, mapping) }
  }

  #range(options: RangeOptions | undefined): { readonly offset: number; readonly byteLength: number } {
    const offset = options?.offset ?? 0
    const byteLength = options?.byteLength ?? this.byteLength - offset
    checkRange(offset, byteLength, this.byteLength, "buffer")
    return { offset, byteLength }
  }
}
