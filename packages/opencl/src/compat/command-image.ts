/** Commands on images. Origins and regions are [x, y, z] in pixels, pitches are bytes, and 0 for no gaps. */
import { opencl } from "../native/index.js"
import { type HostMemory, hostMemory, type Optional, pinned, type WaitList, wholeNumber } from "./arguments.js"
import { expectBytes, expectHostAccess, expectPixels, hostBytes } from "./bounds.js"
import { command, type Flag, type Outcome, sizes, triple } from "./command.js"
import { type CLCommandQueue, type CLMem, memoryOf, queueOf } from "./objects.js"

export function enqueueReadImage<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  image: CLMem,
  blocking: Flag,
  origin: readonly number[],
  region: readonly number[],
  rowPitch: number,
  slicePitch: number,
  memory: HostMemory,
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  return transfer(
    "clEnqueueReadImage",
    "enqueueReadImage",
    queue,
    image,
    blocking,
    origin,
    region,
    rowPitch,
    slicePitch,
    memory,
    wait,
    event,
  )
}

export function enqueueWriteImage<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  image: CLMem,
  blocking: Flag,
  origin: readonly number[],
  region: readonly number[],
  rowPitch: number,
  slicePitch: number,
  memory: HostMemory,
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  return transfer(
    "clEnqueueWriteImage",
    "enqueueWriteImage",
    queue,
    image,
    blocking,
    origin,
    region,
    rowPitch,
    slicePitch,
    memory,
    wait,
    event,
  )
}

function transfer<Wants>(
  name: "clEnqueueReadImage" | "clEnqueueWriteImage",
  call: string,
  queue: CLCommandQueue,
  image: CLMem,
  blocking: Flag,
  origin: readonly number[],
  region: readonly number[],
  rowPitch: number,
  slicePitch: number,
  memory: HostMemory,
  wait: WaitList,
  event: Wants | undefined,
): Outcome<Wants> {
  const [on, of] = [queueOf(queue, call), memoryOf(image, call)]
  const from = triple(origin, 0, "the origin", call)
  const extent = triple(region, 1, "the region", call)
  const row = wholeNumber(rowPitch, "the row pitch", call)
  const slice = wholeNumber(slicePitch, "the slice pitch", call)
  expectHostAccess(image, name === "clEnqueueReadImage" ? "read" : "write", call)
  const pixel = expectPixels(image, from, extent, call)
  const host = hostMemory(memory, hostBytes(image, extent, pixel, row, slice, call), call)
  const blocks = blocking ? 1 : 0
  return command(
    call,
    wait,
    event,
    (...tail) => opencl()[name](on, of, blocks, sizes(from), sizes(extent), row, slice, pinned(host), ...tail),
    blocks ? undefined : host,
  )
}

/** @param color four numbers: floats, or integers with the signedness of the image's */
export function enqueueFillImage<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  image: CLMem,
  color: HostMemory,
  origin: readonly number[],
  region: readonly number[],
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  const call = "enqueueFillImage"
  const [on, of] = [queueOf(queue, call), memoryOf(image, call)]
  const four = fillColor(hostMemory(color, 4, call))
  const from = triple(origin, 0, "the origin", call)
  const extent = triple(region, 1, "the region", call)
  expectPixels(image, from, extent, call)
  return command(call, wait, event, (...tail) =>
    opencl().clEnqueueFillImage(on, of, four, sizes(from), sizes(extent), ...tail),
  )
}

/** Drivers read four numbers of 32 bits: what is shorter is followed by zeros. */
function fillColor(color: HostMemory): Uint8Array {
  const bytes = ArrayBuffer.isView(color)
    ? new Uint8Array(color.buffer, color.byteOffset, color.byteLength)
    : new Uint8Array(color)
  const four = new Uint8Array(16)
  four.set(bytes.subarray(0, 16))
  return four
}

export function enqueueCopyImage<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  source: CLMem,
  destination: CLMem,
  sourceOrigin: readonly number[],
  destinationOrigin: readonly number[],
  region: readonly number[],
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  const call = "enqueueCopyImage"
  const [on, from, to] = [queueOf(queue, call), memoryOf(source, call), memoryOf(destination, call)]
  const start = triple(sourceOrigin, 0, "the source's origin", call)
  const end = triple(destinationOrigin, 0, "the destination's origin", call)
  const extent = triple(region, 1, "the region", call)
  expectPixels(source, start, extent, call)
  expectPixels(destination, end, extent, call)
  return command(call, wait, event, (...tail) =>
    opencl().clEnqueueCopyImage(on, from, to, sizes(start), sizes(end), sizes(extent), ...tail),
  )
}

/** @param offset in the buffer, in bytes */
export function enqueueCopyImageToBuffer<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  image: CLMem,
  buffer: CLMem,
  origin: readonly number[],
  region: readonly number[],
  offset: number,
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  const call = "enqueueCopyImageToBuffer"
  const [on, from, to] = [queueOf(queue, call), memoryOf(image, call), memoryOf(buffer, call)]
  const start = triple(origin, 0, "the origin", call)
  const extent = triple(region, 1, "the region", call)
  const end = wholeNumber(offset, "the offset", call)
  const pixel = expectPixels(image, start, extent, call)
  expectBytes(buffer, end, pixel * extent[0] * extent[1] * extent[2], call)
  return command(call, wait, event, (...tail) =>
    opencl().clEnqueueCopyImageToBuffer(on, from, to, sizes(start), sizes(extent), end, ...tail),
  )
}

/** @param offset in the buffer, in bytes */
export function enqueueCopyBufferToImage<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  buffer: CLMem,
  image: CLMem,
  offset: number,
  origin: readonly number[],
  region: readonly number[],
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  const call = "enqueueCopyBufferToImage"
  const [on, from, to] = [queueOf(queue, call), memoryOf(buffer, call), memoryOf(image, call)]
  const start = wholeNumber(offset, "the offset", call)
  const end = triple(origin, 0, "the origin", call)
  const extent = triple(region, 1, "the region", call)
  const pixel = expectPixels(image, end, extent, call)
  expectBytes(buffer, start, pixel * extent[0] * extent[1] * extent[2], call)
  return command(call, wait, event, (...tail) =>
    opencl().clEnqueueCopyBufferToImage(on, from, to, start, sizes(end), sizes(extent), ...tail),
  )
}
