import type { MemoryHandle } from "../native/handles.js"
import { opencl } from "../native/opencl.js"
import type { TransferOptions } from "./buffer-options.js"
import type { CommandEvent } from "./command-event.js"
import type { EventOptions } from "./command-options.js"
import { bytesOf, type HostMemory, lastingBytesOf } from "./host-memory.js"
import { checkRange } from "./numbers.js"
import type { Owned } from "./owned.js"
import { callOn, type Queue } from "./queue.js"
import { RectangleLayout, type RectangleTransfer } from "./rectangle.js"

/** A buffer as transfers see it. */
export interface TransferBuffer {
  readonly owned: Owned<MemoryHandle>
  readonly byteLength: number
}

type Transfer = "clEnqueueReadBuffer" | "clEnqueueWriteBuffer"
type RectangularTransfer = "clEnqueueReadBufferRect" | "clEnqueueWriteBufferRect"

/** Holds the memory until the event is complete. */
export function enqueueTransfer(
  name: Transfer,
  buffer: TransferBuffer,
  queue: Queue,
  memory: HostMemory,
  options: (TransferOptions & EventOptions) | undefined,
): CommandEvent {
  return transfer(name, buffer, queue, lastingBytesOf(memory), options, false) as CommandEvent
}

/** Blocks. */
export function transferSync(
  name: Transfer,
  buffer: TransferBuffer,
  queue: Queue,
  memory: HostMemory,
  options: (TransferOptions & EventOptions) | undefined,
): void {
  transfer(name, buffer, queue, bytesOf(memory), options, true)
}

function transfer(
  name: Transfer,
  { owned, byteLength }: TransferBuffer,
  queue: Queue,
  bytes: Uint8Array,
  options: (TransferOptions & EventOptions) | undefined,
  isBlocking: boolean,
): CommandEvent | undefined {
  const offset = options?.offset ?? 0
  checkRange(offset, bytes.length, byteLength, "buffer")
  const call = callOn(queue, owned.context, options, !isBlocking)
  const status = opencl()[name](
    call.queue,
    owned.live(),
    Number(isBlocking),
    offset,
    bytes.length,
    bytes,
    call.waitCount,
    call.waitList,
    call.eventOut,
  )
  return isBlocking ? call.end(status, name) : call.event(status, name, bytes)
}

/** Holds the memory until the event is complete. */
export function enqueueRectangle(
  name: RectangularTransfer,
  { owned, byteLength }: TransferBuffer,
  queue: Queue,
  memory: HostMemory,
  rectangle: RectangleTransfer,
  options: EventOptions | undefined,
): CommandEvent {
  const bytes = lastingBytesOf(memory)
  const here = new RectangleLayout(rectangle.region, rectangle.buffer, byteLength, "buffer")
  const host = new RectangleLayout(rectangle.region, rectangle.host, bytes.length, "host memory")
  const call = callOn(queue, owned.context, options, true)
  return call.event(
    opencl()[name](
      call.queue,
      owned.live(),
      0,
      here.origin,
      host.origin,
      here.region,
      here.rowPitch,
      here.slicePitch,
      host.rowPitch,
      host.slicePitch,
      bytes,
      call.waitCount,
      call.waitList,
      call.eventOut,
    ),
    name,
    bytes,
  )
}
