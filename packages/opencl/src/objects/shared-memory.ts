import * as CL from "../native/constants/index.js"
import { refusal } from "../native/error.js"
import { opencl } from "../native/opencl.js"
import { type KernelAccess, kernelAccess } from "./buffer-options.js"
import { choice } from "./choice.js"
import type { Asked, CommandOptions, EventOptions } from "./command-options.js"
import type { Context } from "./context.js"
import { checkPattern } from "./fill-pattern.js"
import { keepLender, type Loan, lendItself } from "./foreign-memory.js"
import { bytesOf, type HostMemory } from "./host-memory.js"
import { type MapOptions, MappedRegion, mapFlags, whenMapped } from "./mapped-region.js"
import { handleIn, NativeObject, ownedOf } from "./native-object.js"
import { checkInteger } from "./numbers.js"
import { callOn, type Queue } from "./queue.js"
import { SharedMemoryUses } from "./shared-memory-uses.js"

export interface SharedMemoryOptions {
  /** Whether JavaScript and kernels may use it at the same time, without mapping it. Default false. */
  readonly fineGrained?: boolean
  /** What kernels do with it. Default `read-write`. */
  readonly access?: KernelAccess
}

/** To be called for memory that a command was enqueued with: it isn't freed before the queue has come so far. */
export let noteUse: (memory: SharedMemory, queue: Queue) => void

/** Shared virtual memory: one address for JavaScript's side and for kernels. OpenCL 2.0 and later, where the device has it. */
export class SharedMemory extends NativeObject {
  readonly byteLength: number
  readonly fineGrained: boolean
  readonly #bytes: ArrayBuffer | undefined
  readonly #uses: SharedMemoryUses

  /** Use `context.createSharedMemory()`. */
  constructor(context: Context, byteLength: number, { fineGrained = false, access }: SharedMemoryOptions) {
    const parent = ownedOf(context)
    const contextHandle = parent.live()
    checkInteger(byteLength, "Shared memory's byteLength", 1)
    checkSupport(context, fineGrained)
    const flags =
      choice(kernelAccess, access ?? "read-write", "access") | (fineGrained ? CL.MEM_SVM_FINE_GRAIN_BUFFER : 0)
    const address = opencl().clSVMAlloc(contextHandle, flags, byteLength, 0)
    if (address === null) {
      const detail = `${byteLength} bytes of shared memory were asked for: release others, or split it.`
      throw refusal("MEM_OBJECT_ALLOCATION_FAILURE", { call: "clSVMAlloc", detail })
    }
    const loan = fineGrained ? lendItself(address, byteLength) : undefined
    const uses = new SharedMemoryUses(contextHandle)
    super("shared memory", address, giveBackBy(uses, loan?.takeBack), context)
    this.byteLength = byteLength
    this.fineGrained = fineGrained
    this.#bytes = loan && keepLender(loan.buffer, this)
    this.#uses = uses
  }

  /**
   * The memory itself, the same ArrayBuffer every time. Node 20 can't detach it on release: there the memory stays until
   * the ArrayBuffer is garbage.
   *
   * @throws TypeError for coarse-grained memory, which is mapped to be used
   */
  get bytes(): ArrayBuffer {
    ownedOf(this).live()
    if (this.#bytes === undefined) throw new TypeError("This shared memory isn't fine-grained: use map().")
    return this.#bytes
  }

  /** Lends coarse-grained memory to JavaScript, until it is unmapped. */
  async map(queue: Queue, options?: MapOptions & EventOptions): Promise<MappedRegion> {
    const owned = ownedOf(this)
    const address = owned.live()
    const access = options?.access ?? "read-write"
    const flags = mapFlags(access)
    const { byteLength } = this
    const call = callOn(queue, owned.context, options, true)
    const cl = opencl()
    const { waitCount, waitList, eventOut } = call
    const event = call.event(
      cl.clEnqueueSVMMap(call.queue, 0, flags, address, byteLength, waitCount, waitList, eventOut),
      "clEnqueueSVMMap",
    )
    this.#uses.add(call.queue)
    const unmap = cl.clEnqueueSVMUnmap
    return whenMapped(new MappedRegion(queue, this, { address, byteLength, access, unmap }), event)
  }

  /** @param pattern 1, 2, 4 ... 128 bytes, of which the memory's length is a multiple; copied before this returns */
  enqueueFill<Options extends CommandOptions>(queue: Queue, pattern: HostMemory, options?: Options): Asked<Options> {
    const owned = ownedOf(this)
    const bytes = bytesOf(pattern)
    checkPattern(bytes, this.byteLength)
    const call = callOn(queue, owned.context, options)
    const event = call.end<Options>(
      opencl().clEnqueueSVMMemFill(
        call.queue,
        owned.live(),
        bytes,
        bytes.length,
        this.byteLength,
        call.waitCount,
        call.waitList,
        call.eventOut,
      ),
      "clEnqueueSVMMemFill",
    )
    this.#uses.add(call.queue)
    return event
  }

  /** Copies all of it to other shared memory, which is at least as long. */
  enqueueCopy<Options extends CommandOptions>(queue: Queue, to: SharedMemory, options?: Options): Asked<Options> {
    const owned = ownedOf(this)
    const target = handleIn(owned.context, to, SharedMemory)
    if (to === this || to.byteLength < this.byteLength) {
      throw new RangeError(
        `${this.byteLength} bytes are copied to other memory of at least as many, not ${to.byteLength}.`,
      )
    }
    const call = callOn(queue, owned.context, options)
    const event = call.end<Options>(
      opencl().clEnqueueSVMMemcpy(
        call.queue,
        0,
        target,
        owned.live(),
        this.byteLength,
        call.waitCount,
        call.waitList,
        call.eventOut,
      ),
      "clEnqueueSVMMemcpy",
    )
    this.#uses.add(call.queue)
    to.#uses.add(call.queue)
    return event
  }

  static {
    noteUse = (memory, queue) => memory.#uses.add(ownedOf(queue).live())
  }
}

/** In a scope of its own, which doesn't keep the ArrayBuffer. */
function giveBackBy(uses: SharedMemoryUses, takeBack: Loan["takeBack"] | undefined): (address: bigint) => number {
  return (address) => uses.free(address, takeBack?.())
}

function checkSupport(context: Context, fineGrained: boolean): void {
  const kind = fineGrained ? "fineGrainBuffer" : "coarseGrainBuffer"
  const lacking = context.devices.find((device) => !device.sharedVirtualMemory[kind])
  if (lacking === undefined) return
  const detail = `"${lacking.name}" has no such shared memory: see device.sharedVirtualMemory.${kind}.`
  throw refusal("INVALID_OPERATION", { call: "createSharedMemory", detail })
}
