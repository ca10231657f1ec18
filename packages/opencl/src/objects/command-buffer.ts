import { check, made } from "../native/check.js"
import * as CL from "../native/constants/index.js"
import { refusal } from "../native/error.js"
import { extension } from "../native/extension.js"
import type { CommandBufferHandle } from "../native/handles.js"
import type { Asked, CommandOptions } from "./command-options.js"
import type { Device } from "./device.js"
import { type Kernel, type LaunchOptions, type Recordings, recordable } from "./kernel.js"
import type { WorkSize } from "./kernel-launch.js"
import { NativeObject, ownedOf } from "./native-object.js"
import { callOn, type Queue } from "./queue.js"

/** Where in its group a recorded kernel runs, and from where on. */
export type RecordOptions = Pick<LaunchOptions, "local" | "offset">

/**
 * Launches that are recorded once, and enqueued together as often as wanted: cl_khr_command_buffer, which is provisional
 * (PoCL 3.1 has its version 0.9.0). They run one after the other, whatever the queue.
 */
export class CommandBuffer extends NativeObject<CommandBufferHandle> {
  readonly queue: Queue
  readonly #device: Device
  readonly #recorded: ReturnType<typeof recordable>[]
  readonly #held: Recordings[]
  readonly #enqueue: ReturnType<typeof extension<"clEnqueueCommandBufferKHR">>
  readonly #syncPoint = new Uint32Array(1)
  #isFinal = false

  /** Use `context.createCommandBuffer()`. */
  constructor(queue: Queue) {
    const { device } = queue
    if (!device.hasCommandBuffers) {
      const detail = `"${device.name}" has no command buffers: see device.hasCommandBuffers.`
      throw refusal("INVALID_OPERATION", { call: "createCommandBuffer", detail })
    }
    const { handle: platform } = device.platform
    const capabilities = device.info(CL.DEVICE_COMMAND_BUFFER_CAPABILITIES_KHR)
    const properties = new BigUint64Array(
      // PoCL counts one as pending for a moment after the queue is finished: then it couldn't be enqueued again at once.
      (capabilities & CL.COMMAND_BUFFER_CAPABILITY_SIMULTANEOUS_USE_KHR) === 0
        ? [0n]
        : [BigInt(CL.COMMAND_BUFFER_FLAGS_KHR), BigInt(CL.COMMAND_BUFFER_SIMULTANEOUS_USE_KHR), 0n],
    )
    const owned = ownedOf(queue)
    const handle = made("clCreateCommandBufferKHR", (status) =>
      extension(platform, "clCreateCommandBufferKHR")(1, new BigUint64Array([owned.live()]), properties, status),
    )
    const held: Recordings[] = []
    super(
      "command buffer",
      handle,
      (commands) => {
        for (const kernel of held.splice(0)) kernel.count -= 1
        return extension(platform, "clReleaseCommandBufferKHR")(commands)
      },
      queue,
    )
    this.queue = queue
    this.#device = device
    this.#held = held
    this.#recorded = []
    this.#enqueue = extension(platform, "clEnqueueCommandBufferKHR")
  }

  /**
   * Records a launch with the arguments that the kernel has now. These can't be set again while the command buffer lives:
   * PoCL 3.1 would pass on the new ones.
   *
   * @param global work items, one number for each dimension
   * @throws TypeError, RangeError as `kernel.enqueue()` does
   * @throws OpenCLError INVALID_OPERATION after `finalize()`
   */
  add(kernel: Kernel, global: WorkSize, options: RecordOptions = {}): this {
    const handle = ownedOf(this).live()
    const one = recordable(kernel, this.queue)
    const { launch } = one
    one.check()
    launch.size(this.#device, global, options.local, options.offset)
    // In a queue that isn't ordered, each waits for the one before.
    const waits = this.queue.outOfOrder && this.#recorded.length > 0
    const before = waits ? this.#syncPoint.slice() : null
    check(
      extension(this.#device.platform.handle, "clCommandNDRangeKernelKHR")(
        handle,
        null,
        null,
        one.handle(),
        launch.dimensions,
        launch.offset,
        launch.global,
        launch.local,
        before === null ? 0 : 1,
        before,
        this.#syncPoint,
        null,
      ),
      "clCommandNDRangeKernelKHR",
    )
    this.#recorded.push(one)
    one.recordings.count += 1
    this.#held.push(one.recordings)
    return this
  }

  /** Ends the recording: from now on it can be enqueued. */
  finalize(): this {
    const finalise = extension(this.#device.platform.handle, "clFinalizeCommandBufferKHR")
    check(finalise(ownedOf(this).live()), "clFinalizeCommandBufferKHR")
    this.#isFinal = true
    return this
  }

  /**
   * Enqueues what is recorded, in the queue that it was recorded for.
   *
   * @throws TypeError for an argument of a kernel that was released
   * @throws OpenCLError INVALID_OPERATION before `finalize()`, or, where the device has no simultaneous use, while it runs
   */
  enqueue<Options extends CommandOptions>(options?: Options): Asked<Options> {
    const owned = ownedOf(this)
    const handle = owned.live()
    if (!this.#isFinal) {
      const detail = "It is being recorded: call finalize() first."
      throw refusal("INVALID_OPERATION", { call: "clEnqueueCommandBufferKHR", detail })
    }
    for (const one of this.#recorded) one.check()
    const call = callOn(this.queue, owned.context, options)
    const event = call.end<Options>(
      this.#enqueue(0, null, handle, call.waitCount, call.waitList, call.eventOut),
      "clEnqueueCommandBufferKHR",
    )
    for (const one of this.#recorded) one.noteUses()
    return event
  }
}
