import { check, made } from "../native/check.js"
import { QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE, QUEUE_PROFILING_ENABLE } from "../native/constants/index.js"
import type { CommandQueueHandle } from "../native/handles.js"
import { opencl } from "../native/opencl.js"
import { CommandCall } from "./command-call.js"
import type { CommandEvent } from "./command-event.js"
import type { Asked, CommandOptions } from "./command-options.js"
import type { Context } from "./context.js"
import type { Device } from "./device.js"
import { describe, NativeObject, ownedOf } from "./native-object.js"
import type { Owned } from "./owned.js"

export interface QueueOptions {
  /** One of the context's. Default: its first. */
  readonly device?: Device
  /** Whether commands may run in any order that `after` and barriers allow. Default false: one after the other. */
  readonly outOfOrder?: boolean
  /** Whether events know when their commands ran. Default false. */
  readonly profiling?: boolean
}

/** Begins a command of an object of `context`. */
export let callOn: (queue: Queue, context: Owned, options?: CommandOptions, event?: boolean) => CommandCall

/** Commands for one device. */
export class Queue extends NativeObject<CommandQueueHandle> {
  readonly context: Context
  readonly device: Device
  readonly outOfOrder: boolean
  readonly profiling: boolean
  readonly #call: CommandCall

  constructor(context: Context, device: Device, { outOfOrder = false, profiling = false }: QueueOptions) {
    const parent = ownedOf(context)
    const properties = (outOfOrder ? QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE : 0) | (profiling ? QUEUE_PROFILING_ENABLE : 0)
    // The call of OpenCL 1.x, which every version since has kept.
    const handle = made("clCreateCommandQueue", (status) =>
      opencl().clCreateCommandQueue(parent.live(), device.handle, properties, status),
    )
    super("queue", handle, (queue) => opencl().clReleaseCommandQueue(queue), context)
    this.context = context
    this.device = device
    this.outOfOrder = outOfOrder
    this.profiling = profiling
    this.#call = new CommandCall(this)
  }

  /** An event that is complete when all commands before it are, or those in `after`. */
  enqueueMarker(options?: Omit<CommandOptions, "event">): CommandEvent {
    const call = this.#call.begin(options, true)
    return call.event(
      opencl().clEnqueueMarkerWithWaitList(call.queue, call.waitCount, call.waitList, call.eventOut),
      "clEnqueueMarkerWithWaitList",
    )
  }

  /** Holds what is enqueued later back until all commands before it are complete, or those in `after`. */
  enqueueBarrier<Options extends CommandOptions>(options?: Options): Asked<Options> {
    const call = this.#call.begin(options)
    return call.end<Options>(
      opencl().clEnqueueBarrierWithWaitList(call.queue, call.waitCount, call.waitList, call.eventOut),
      "clEnqueueBarrierWithWaitList",
    )
  }

  /** Hands what is enqueued to the device. */
  flush(): void {
    check(opencl().clFlush(ownedOf(this).live()), "clFlush")
  }

  /** Settles when everything enqueued before has. JavaScript goes on meanwhile. */
  async finish(): Promise<void> {
    using marker = this.enqueueMarker()
    await marker.finished
  }

  /** Waits until everything enqueued before is complete, and blocks JavaScript: for ever, if it hangs on a user event. */
  finishSync(): void {
    check(opencl().clFinish(ownedOf(this).live()), "clFinish")
  }

  static {
    callOn = (queue, context, options, event) => {
      if (!(queue instanceof Queue)) throw new TypeError(`Expected a Queue, got ${describe(queue)}.`)
      const owned = ownedOf(queue)
      if (owned.context !== context) {
        throw new TypeError("This queue belongs to another context: use objects of one context together.")
      }
      owned.live()
      return queue.#call.begin(options, event)
    }
  }
}
