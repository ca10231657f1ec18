/** Commands on buffers as lines, planes and volumes. */
import { opencl } from "../native/index.js"
import { type HostMemory, hostMemory, type Optional, pinned, type WaitList, wholeNumber } from "./arguments.js"
import { expectBytes } from "./bounds.js"
import { command, type Flag, type Outcome, sizes, triple } from "./command.js"
import { regionBytes } from "./image-size.js"
import { type CLCommandQueue, type CLMem, memoryOf, queueOf } from "./objects.js"

/**
 * Origins and regions are [x in bytes, y in rows, z in slices], pitches are bytes, and 0 for rows and slices without
 * gaps.
 */
export function enqueueReadBufferRect<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  buffer: CLMem,
  blocking: Flag,
  bufferOrigin: readonly number[],
  hostOrigin: readonly number[],
  region: readonly number[],
  bufferRowPitch: number,
  bufferSlicePitch: number,
  hostRowPitch: number,
  hostSlicePitch: number,
  memory: HostMemory,
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  const pitches = [bufferRowPitch, bufferSlicePitch, hostRowPitch, hostSlicePitch] as const
  return transferRect(
    "clEnqueueReadBufferRect",
    "enqueueReadBufferRect",
    queue,
    buffer,
    blocking,
    [bufferOrigin, hostOrigin, region],
    pitches,
    memory,
    wait,
    event,
  )
}

/** As enqueueReadBufferRect. */
export function enqueueWriteBufferRect<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  buffer: CLMem,
  blocking: Flag,
  bufferOrigin: readonly number[],
  hostOrigin: readonly number[],
  region: readonly number[],
  bufferRowPitch: number,
  bufferSlicePitch: number,
  hostRowPitch: number,
  hostSlicePitch: number,
  memory: HostMemory,
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  const pitches = [bufferRowPitch, bufferSlicePitch, hostRowPitch, hostSlicePitch] as const
  return transferRect(
    "clEnqueueWriteBufferRect",
    "enqueueWriteBufferRect",
    queue,
    buffer,
    blocking,
    [bufferOrigin, hostOrigin, region],
    pitches,
    memory,
    wait,
    event,
  )
}

type Numbers = readonly number[]
type Pitches = readonly [number, number, number, number]

function transferRect<Wants>(
  name: "clEnqueueReadBufferRect" | "clEnqueueWriteBufferRect",
  call: string,
  queue: CLCommandQueue,
  buffer: CLMem,
  blocking: Flag,
  [bufferOrigin, hostOrigin, region]: readonly [Numbers, Numbers, Numbers],
  pitches: Pitches,
  memory: HostMemory,
  wait: WaitList,
  event: Wants | undefined,
): Outcome<Wants> {
  const [on, of] = [queueOf(queue, call), memoryOf(buffer, call)]
  const from = triple(bufferOrigin, 0, "the buffer's origin", call)
  const to = triple(hostOrigin, 0, "the host's origin", call)
  const extent = triple(region, 1, "the region", call)
  const [row, slice, hostRow, hostSlice] = pitches.map((pitch) =>
    wholeNumber(pitch, "a pitch", call),
  ) as unknown as Pitches
  expectBytes(buffer, 0, regionBytes(extent[0], extent, row, slice, from), call)
  const host = hostMemory(memory, regionBytes(extent[0], extent, hostRow, hostSlice, to), call)
  const blocks = blocking ? 1 : 0
  return command(
    call,
    wait,
    event,
    (...tail) =>
      opencl()[name](
        on,
        of,
        blocks,
        sizes(from),
        sizes(to),
        sizes(extent),
        row,
        slice,
        hostRow,
        hostSlice,
        pinned(host),
        ...tail,
      ),
    blocks ? undefined : host,
  )
}

/** Origins, region and pitches as for enqueueReadBufferRect. */
export function enqueueCopyBufferRect<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  source: CLMem,
  destination: CLMem,
  sourceOrigin: readonly number[],
  destinationOrigin: readonly number[],
  region: readonly number[],
  sourceRowPitch: number,
  sourceSlicePitch: number,
  destinationRowPitch: number,
  destinationSlicePitch: number,
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  const call = "enqueueCopyBufferRect"
  const [on, from, to] = [queueOf(queue, call), memoryOf(source, call), memoryOf(destination, call)]
  const start = triple(sourceOrigin, 0, "the source's origin", call)
  const end = triple(destinationOrigin, 0, "the destination's origin", call)
  const extent = triple(region, 1, "the region", call)
  const pitches = [sourceRowPitch, sourceSlicePitch, destinationRowPitch, destinationSlicePitch]
  const [row, slice, toRow, toSlice] = pitches.map((pitch) => wholeNumber(pitch, "a pitch", call)) as unknown as Pitches
  expectBytes(source, 0, regionBytes(extent[0], extent, row, slice, start), call)
  expectBytes(destination, 0, regionBytes(extent[0], extent, toRow, toSlice, end), call)
  return command(call, wait, event, (...tail) =>
    opencl().clEnqueueCopyBufferRect(
      on,
      from,
      to,
      sizes(start),
      sizes(end),
      sizes(extent),
      row,
      slice,
      toRow,
      toSlice,
      ...tail,
    ),
  )
}
