/** Commands on buffers as bytes in a row. */
import { opencl, refusal } from "../native/index.js"
import { type HostMemory, hostMemory, type Optional, pinned, type WaitList, wholeNumber } from "./arguments.js"
import { expectBytes } from "./bounds.js"
import { command, type Flag, type Outcome } from "./command.js"
import { type CLCommandQueue, type CLMem, describe, memoryOf, queueOf } from "./objects.js"

/** @param offset in the buffer, in bytes as `size` */
export function enqueueReadBuffer<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  buffer: CLMem,
  blocking: Flag,
  offset: number,
  size: number,
  memory: HostMemory,
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  return transfer(
    "clEnqueueReadBuffer",
    "enqueueReadBuffer",
    queue,
    buffer,
    blocking,
    offset,
    size,
    memory,
    wait,
    event,
  )
}

/** @param offset in the buffer, in bytes as `size` */
export function enqueueWriteBuffer<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  buffer: CLMem,
  blocking: Flag,
  offset: number,
  size: number,
  memory: HostMemory,
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  return transfer(
    "clEnqueueWriteBuffer",
    "enqueueWriteBuffer",
    queue,
    buffer,
    blocking,
    offset,
    size,
    memory,
    wait,
    event,
  )
}

function transfer<Wants>(
  name: "clEnqueueReadBuffer" | "clEnqueueWriteBuffer",
  call: string,
  queue: CLCommandQueue,
  buffer: CLMem,
  blocking: Flag,
  offset: number,
  size: number,
  memory: HostMemory,
  wait: WaitList,
  event: Wants | undefined,
): Outcome<Wants> {
  const [on, of] = [queueOf(queue, call), memoryOf(buffer, call)]
  const start = wholeNumber(offset, "the offset", call)
  const byteLength = wholeNumber(size, "the size", call)
  const host = hostMemory(memory, byteLength, call)
  expectBytes(buffer, start, byteLength, call)
  const blocks = blocking ? 1 : 0
  return command(
    call,
    wait,
    event,
    (...tail) => opencl()[name](on, of, blocks, start, byteLength, pinned(host), ...tail),
    blocks ? undefined : host,
  )
}

/**
 * @param pattern a whole number (4 bytes), another number (a double, 8 bytes), or the bytes themselves: 1, 2, 4 ... 128
 * @param offset in bytes as `size`; both multiples of the pattern's length
 */
export function enqueueFillBuffer<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  buffer: CLMem,
  pattern: number | HostMemory,
  offset: number,
  size: number,
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  const call = "enqueueFillBuffer"
  const [on, of] = [queueOf(queue, call), memoryOf(buffer, call)]
  const bytes = typeof pattern === "number" ? numberPattern(pattern) : hostMemory(pattern, 1, call)
  const start = wholeNumber(offset, "the offset", call)
  const byteLength = wholeNumber(size, "the size", call)
  if (start % bytes.byteLength !== 0 || byteLength % bytes.byteLength !== 0)
    throw refusal("INVALID_VALUE", {
      call,
      detail: `offset and size are multiples of the pattern's ${bytes.byteLength} bytes, got ${describe(offset)} and ${describe(size)}.`,
    })
  expectBytes(buffer, start, byteLength, call)
  return command(call, wait, event, (...tail) =>
    opencl().clEnqueueFillBuffer(on, of, bytes, bytes.byteLength, start, byteLength, ...tail),
  )
}

function numberPattern(value: number): HostMemory {
  return (value | 0) === value ? Int32Array.of(value) : Float64Array.of(value)
}

/** Offsets and the size are in bytes. */
export function enqueueCopyBuffer<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  source: CLMem,
  destination: CLMem,
  sourceOffset: number,
  destinationOffset: number,
  size: number,
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  const call = "enqueueCopyBuffer"
  const [on, from, to] = [queueOf(queue, call), memoryOf(source, call), memoryOf(destination, call)]
  const start = wholeNumber(sourceOffset, "the source's offset", call)
  const end = wholeNumber(destinationOffset, "the destination's offset", call)
  const byteLength = wholeNumber(size, "the size", call)
  expectBytes(source, start, byteLength, call)
  expectBytes(destination, end, byteLength, call)
  return command(call, wait, event, (...tail) =>
    opencl().clEnqueueCopyBuffer(on, from, to, start, end, byteLength, ...tail),
  )
}
