/** Memory objects in the program's own memory, for a while. */
import { check, constants, type EventHandle, made, opencl, refusal, viewOf, watchEvent } from "../native/index.js"
import {
  constantNumber,
  type HostMemory,
  list,
  type Optional,
  type WaitList,
  waitList,
  wholeNumber,
} from "./arguments.js"
import { expectBytes, expectPixels, hostBytes } from "./bounds.js"
import { command, type Flag, type Outcome, sizes, triple } from "./command.js"
import { eventKind } from "./kinds.js"
import { type CLCommandQueue, type CLEvent, type CLMem, describe, isLiving, memoryOf, own, queueOf } from "./objects.js"

/**
 * The driver's memory, in place. It is the object's until it is unmapped, and nobody's afterwards: nothing may look at it
 * then, and JavaScript can't be kept from it. `buffer` is empty before a map that doesn't block is known to be complete,
 * and once it is unmapped or the object is released.
 */
export interface Mapping extends ArrayBuffer {
  readonly buffer: Buffer
  /** When it was asked for. */
  readonly event?: CLEvent
}

/** In bytes from line to line; and from plane to plane, as many as there are planes, as node-opencl has it. */
export interface ImageMapping extends Mapping {
  readonly image_row_pitch: number
  readonly image_slice_pitch: Buffer
}

interface Mapped {
  readonly memory: CLMem
  readonly address: bigint
  isReady: boolean
}

/** By the ArrayBuffer that a program got. It keeps the memory object alive: drivers unmap what they delete. */
const mapped = new WeakMap<ArrayBufferLike, Mapped>()

const empty = Buffer.alloc(0)

/** @param flags MAP_READ, MAP_WRITE, MAP_WRITE_INVALIDATE_REGION @param offset in bytes as `size` */
export function enqueueMapBuffer(
  queue: CLCommandQueue,
  buffer: CLMem,
  blocking: Flag,
  flags: number,
  offset: number,
  size: number,
  wait?: WaitList,
  event?: Optional<boolean>,
): Mapping {
  const call = "enqueueMapBuffer"
  const [on, of] = [queueOf(queue, call), memoryOf(buffer, call)]
  const wanted = constantNumber(flags, "the flags", call)
  const start = wholeNumber(offset, "the offset", call)
  const byteLength = wholeNumber(size, "the size", call)
  expectBytes(buffer, start, byteLength, call)
  const before = waitList(wait, call)
  const blocks = blocking ? 1 : 0
  const returned = new BigUint64Array(1)
  const address = made(call, (errcode) =>
    opencl().clEnqueueMapBuffer(
      on,
      of,
      blocks,
      wanted,
      start,
      byteLength,
      before?.length ?? 0,
      before,
      returned,
      errcode,
    ),
  )
  return mapping(buffer, address, byteLength, returned[0] as EventHandle, blocks === 1, Boolean(event))
}

/** Origin and region are [x, y, z] in pixels. */
export function enqueueMapImage(
  queue: CLCommandQueue,
  image: CLMem,
  blocking: Flag,
  flags: number,
  origin: readonly number[],
  region: readonly number[],
  wait?: WaitList,
  event?: Optional<boolean>,
): ImageMapping {
  const call = "enqueueMapImage"
  const [on, of] = [queueOf(queue, call), memoryOf(image, call)]
  const wanted = constantNumber(flags, "the flags", call)
  const from = triple(origin, 0, "the origin", call)
  const extent = triple(region, 1, "the region", call)
  const pixel = expectPixels(image, from, extent, call)
  const before = waitList(wait, call)
  const blocks = blocking ? 1 : 0
  const [rowPitch, slicePitch, returned] = [new BigUint64Array(1), new BigUint64Array(1), new BigUint64Array(1)]
  const address = made(call, (errcode) =>
    opencl().clEnqueueMapImage(
      on,
      of,
      blocks,
      wanted,
      sizes(from),
      sizes(extent),
      rowPitch,
      slicePitch,
      before?.length ?? 0,
      before,
      returned,
      errcode,
    ),
  )
  const row = Number(rowPitch[0])
  const slice = Number(slicePitch[0]) || row * extent[1]
  // To the last pixel, and no further: what would fill its line isn't mapped.
  const byteLength = hostBytes(image, extent, pixel, row, Number(slicePitch[0]), call)
  const result = mapping(image, address, byteLength, returned[0] as EventHandle, blocks === 1, Boolean(event))
  const slices = Buffer.from(new BigUint64Array(extent[2]).fill(BigInt(slice)).buffer)
  return Object.assign(result, { image_row_pitch: row, image_slice_pitch: slices })
}

function mapping(
  memory: CLMem,
  address: bigint,
  byteLength: number,
  event: EventHandle,
  isReady: boolean,
  isWanted: boolean,
): Mapping {
  const bytes = viewOf(address, byteLength)
  const entry: Mapped = { memory, address, isReady }
  mapped.set(bytes, entry)
  const view = Buffer.from(bytes)
  const isThere = () => entry.isReady && mapped.get(bytes) === entry && isLiving(memory)
  Object.defineProperty(bytes, "buffer", { get: () => (isThere() ? view : empty) })
  if (!isReady) watchEvent(event, constants.COMPLETE, (status) => (entry.isReady = status === constants.COMPLETE))
  if (isWanted) Object.defineProperty(bytes, "event", { value: own<CLEvent>(eventKind, event), enumerable: true })
  else check(opencl().clReleaseEvent(event), "clReleaseEvent")
  return bytes as unknown as Mapping
}

/**
 * Gives mapped memory back.
 *
 * @param memory what enqueueMapBuffer or enqueueMapImage gave for this object, or a view of it
 */
export function enqueueUnmapMemObject<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  object: CLMem,
  memory: HostMemory,
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  const call = "enqueueUnmapMemObject"
  const [on, of] = [queueOf(queue, call), memoryOf(object, call)]
  const bytes = ArrayBuffer.isView(memory) ? memory.buffer : memory
  const entry = typeof bytes === "object" && bytes !== null ? mapped.get(bytes) : undefined
  if (entry === undefined || !object.equals(entry.memory))
    throw refusal("INVALID_VALUE", {
      call,
      detail: `expected what enqueueMapBuffer or enqueueMapImage gave for this object, got ${describe(memory)}.`,
    })
  const outcome = command(call, wait, event, (...tail) =>
    opencl().clEnqueueUnmapMemObject(on, of, entry.address, ...tail),
  )
  mapped.delete(bytes)
  return outcome
}

/**
 * Moves memory objects to the device of a queue, before commands need them there.
 *
 * @param flags MIGRATE_MEM_OBJECT_HOST, MIGRATE_MEM_OBJECT_CONTENT_UNDEFINED
 */
export function enqueueMigrateMemObjects<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  objects: readonly CLMem[],
  flags: number,
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  const call = "enqueueMigrateMemObjects"
  const on = queueOf(queue, call)
  const moved = BigUint64Array.from(list(objects, "the memory objects", call), (object) => memoryOf(object, call))
  if (moved.length === 0) throw refusal("INVALID_VALUE", { call, detail: "expected an array of memory objects." })
  const wanted = constantNumber(flags, "the flags", call)
  return command(call, wait, event, (...tail) =>
    opencl().clEnqueueMigrateMemObjects(on, moved.length, moved, wanted, ...tail),
  )
}
