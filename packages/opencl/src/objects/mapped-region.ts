import { check } from "../native/check.js"
import { MAP_READ, MAP_WRITE, MAP_WRITE_INVALIDATE_REGION } from "../native/constants/index.js"
import { NULL } from "../native/fixed-memory.js"
import type { CommandQueueHandle, MemoryHandle } from "../native/handles.js"
import { opencl } from "../native/opencl.js"
import { choice } from "./choice.js"
import type { CommandCall } from "./command-call.js"
import type { CommandEvent } from "./command-event.js"
import type { EventOptions } from "./command-options.js"
import { keepLender, type Loan, lend } from "./foreign-memory.js"
import { NativeObject, ownedOf } from "./native-object.js"
import { callOn, type Queue } from "./queue.js"

const accesses = {
  read: MAP_READ,
  write: MAP_WRITE,
  "read-write": MAP_READ | MAP_WRITE,
  overwrite: MAP_WRITE_INVALIDATE_REGION,
} as const

export type MapAccess = keyof typeof accesses

export interface MapOptions {
  /** What JavaScript does with it; `overwrite` doesn't see what was there. Default `read-write`. */
  readonly access?: MapAccess
}

export function mapFlags(access: MapAccess): number {
  return choice(accesses, access, "access")
}

/** How a mapping ends. It outlives the region's JavaScript object, and never refers to it. */
interface Ending {
  /** Ends the loan; set once JavaScript has looked at the memory. */
  takeBack?: Loan["takeBack"]
  /** Where the wait list and the event of the unmapping are, if anybody asked. */
  call?: CommandCall
}

export interface Mapping {
  readonly address: bigint
  readonly byteLength: number
  readonly access: MapAccess
  readonly rowPitch?: number
  readonly slicePitch?: number
  /** The C function that ends it. */
  readonly unmap: Unmap
}

type Unmap = (
  queue: CommandQueueHandle,
  address: bigint,
  waitCount: number,
  waitList: bigint,
  eventOut: bigint,
) => number

/** How a buffer or image is unmapped. */
export function unmapObject(memory: MemoryHandle): Unmap {
  return (queue, ...rest) => opencl().clEnqueueUnmapMemObject(queue, memory, ...rest)
}

/**
 * Memory of a buffer, an image or shared memory, lent to JavaScript. Unmapped by `enqueueUnmap()`, by release, or with its buffer; then
 * `bytes` throws, and an ArrayBuffer that it gave has length 0. In Node 20, which can't detach foreign memory, the bytes
 * are a copy, and are copied back when they are unmapped, unless both they and the region were dropped before; later
 * versions copy nothing.
 */
export class MappedRegion extends NativeObject {
  readonly byteLength: number
  /** Bytes from one row of an image to the next; 0 for a buffer. */
  readonly rowPitch: number
  /** Bytes from one slice of an image to the next; 0 where there is but one. */
  readonly slicePitch: number
  readonly #access: MapAccess
  readonly #queue: Queue
  readonly #ending: Ending
  #bytes: ArrayBuffer | undefined

  /** Use `map()` of a buffer, an image or shared memory, which `memory` is. */
  constructor(queue: Queue, memory: NativeObject, mapping: Mapping) {
    const queueHandle = ownedOf(queue).live()
    const ending: Ending = {}
    // Its own reference: the queue may be released before.
    check(opencl().clRetainCommandQueue(queueHandle), "clRetainCommandQueue")
    const unmap = (address: bigint): number => {
      ending.takeBack?.()
      const { waitCount = 0, waitList = NULL, eventOut = NULL } = ending.call ?? {}
      const cl = opencl()
      const status = mapping.unmap(queueHandle, address, waitCount, waitList, eventOut)
      cl.clFlush(queueHandle)
      cl.clReleaseCommandQueue(queueHandle)
      return status
    }
    super("mapped region", mapping.address, unmap, memory)
    this.byteLength = mapping.byteLength
    this.rowPitch = mapping.rowPitch ?? 0
    this.slicePitch = mapping.slicePitch ?? 0
    this.#access = mapping.access
    this.#queue = queue
    this.#ending = ending
  }

  /** The same ArrayBuffer every time. @throws TypeError when it is unmapped */
  get bytes(): ArrayBuffer {
    const address = ownedOf(this).live()
    this.#bytes ??= this.#lend(address)
    return this.#bytes
  }

  /** Ends the loan now, and gives the event by which the device has the bytes. */
  enqueueUnmap(options?: EventOptions): CommandEvent {
    const owned = ownedOf(this)
    owned.live()
    const call = callOn(this.#queue, owned.context, options, true)
    this.#ending.call = call
    this.release()
    return call.checkedEvent()
  }

  #lend(address: bigint): ArrayBuffer {
    const { buffer, takeBack } = lend(address, this.byteLength, this.#access !== "overwrite", this.#access !== "read")
    this.#ending.takeBack = takeBack
    return keepLender(buffer, this)
  }
}

/** The region, once its bytes are there. */
export async function whenMapped(region: MappedRegion, mapping: CommandEvent): Promise<MappedRegion> {
  using event = mapping
  try {
    await event.finished
    return region
  } catch (error) {
    region.release()
    throw error
  }
}
