import type { CommandQueueHandle, ContextHandle, EventHandle } from "../native/handles.js"
import { opencl } from "../native/opencl.js"

/** Frees memory when the ArrayBuffer over it is garbage. */
const collected = new FinalizationRegistry<() => void>((free) => free())

/**
 * Where shared memory was used. OpenCL frees it at once, whatever still runs; so it is freed by a command that waits for
 * every queue that has used it. Each is kept by a reference of its own until then.
 */
export class SharedMemoryUses {
  readonly #context: ContextHandle
  readonly #queues = new Set<CommandQueueHandle>()

  constructor(context: ContextHandle) {
    this.#context = context
  }

  add(queue: CommandQueueHandle): void {
    if (this.#queues.has(queue)) return
    this.#queues.add(queue)
    opencl().clRetainCommandQueue(queue)
  }

  /**
   * Once. Gives its status.
   *
   * @param still an ArrayBuffer over the memory that couldn't be detached: it is freed when that is garbage
   */
  free(address: bigint, still: ArrayBuffer | undefined): number {
    if (still === undefined) return this.#free(address)
    opencl().clRetainContext(this.#context)
    collected.register(still, () => {
      this.#free(address)
      opencl().clReleaseContext(this.#context)
    })
    return 0
  }

  #free(address: bigint): number {
    const cl = opencl()
    const queues = [...this.#queues]
    const last = queues[0]
    if (last === undefined) {
      cl.clSVMFree(this.#context, address)
      return 0
    }
    const events = new BigUint64Array(queues.length)
    for (const [index, queue] of queues.entries()) {
      cl.clEnqueueMarkerWithWaitList(queue, 0, null, events.subarray(index, index + 1))
      cl.clFlush(queue)
    }
    const addresses = new BigUint64Array([address])
    const status = cl.clEnqueueSVMFree(last, 1, addresses, null, null, events.length, events, null)
    cl.clFlush(last)
    for (const event of events) cl.clReleaseEvent(event as EventHandle)
    for (const queue of queues) cl.clReleaseCommandQueue(queue)
    return status
  }
}
