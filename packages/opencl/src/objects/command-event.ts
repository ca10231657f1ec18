import { check } from "../native/check.js"
import {
  COMPLETE,
  PROFILING_COMMAND_END,
  PROFILING_COMMAND_QUEUED,
  PROFILING_COMMAND_START,
  PROFILING_COMMAND_SUBMIT,
} from "../native/constants/index.js"
import { failure } from "../native/error.js"
import { watchEvent } from "../native/event-watch.js"
import { executionStatus } from "../native/execution-status.js"
import type { EventHandle } from "../native/handles.js"
import { opencl } from "../native/opencl.js"
import { statuses } from "../native/status.js"
import type { Context } from "./context.js"
import type { Gate } from "./gate.js"
import { checkStillThere, type HostMemory } from "./host-memory.js"
import { NativeObject, ownedOf } from "./native-object.js"
import type { Queue } from "./queue.js"

export type CommandStatus = "queued" | "submitted" | "running" | "complete" | "failed"

/** When a command went through its states, in nanoseconds of the device's clock. */
export interface CommandTimes {
  readonly queued: bigint
  readonly submitted: bigint
  readonly started: bigint
  readonly ended: bigint
  /** From start to end, in nanoseconds. */
  readonly duration: number
}

const states: readonly CommandStatus[] = ["complete", "running", "submitted", "queued"]

/** The status that an event ends with: 0, or what went wrong. Never rejects. */
export let completionOf: (event: CommandEvent) => Promise<number>

/** The user events that an event waits for, by way of other commands too. */
export let gatesOf: (event: CommandEvent) => readonly Gate[]

/** A command in a queue, as something to wait for. */
export class CommandEvent extends NativeObject<EventHandle> {
  readonly #queue: Queue | undefined
  readonly #gates: readonly Gate[]
  #completion: Promise<number> | undefined
  #finished: Promise<void> | undefined

  /** Takes over the reference that the driver gave. A user event has no queue. */
  constructor(
    handle: EventHandle,
    context: Context,
    gates: readonly Gate[],
    queue: Queue | undefined,
    giveBack = release,
  ) {
    super("event", handle, giveBack, context)
    this.#gates = gates
    this.#queue = queue
  }

  get status(): CommandStatus {
    return states[executionStatus(ownedOf(this).live())] ?? "failed"
  }

  /**
   * Settles when the command has. Until then Node goes on running; unless the command waits for a user event, which
   * nobody may be left to settle. Rejects with OpenCLError if the command failed. The event may be released meanwhile.
   */
  get finished(): Promise<void> {
    this.#finished ??= completionOf(this).then(checkCommand)
    return this.#finished
  }

  /** Waits, and blocks JavaScript: for ever, if the command depends on a user event. @throws OpenCLError if it failed. */
  waitSync(): void {
    check(opencl().clWaitForEvents(1, new BigUint64Array([ownedOf(this).live()])), "clWaitForEvents")
  }

  /**
   * When the command ran.
   *
   * @throws OpenCLError PROFILING_INFO_NOT_AVAILABLE before it is complete, or if its queue was made without `profiling`
   */
  get times(): CommandTimes {
    const handle = ownedOf(this).live()
    const time = (name: number): bigint => {
      const value = new BigUint64Array(1)
      check(opencl().clGetEventProfilingInfo(handle, name, 8, value, null), "clGetEventProfilingInfo")
      return value[0] as bigint
    }
    const started = time(PROFILING_COMMAND_START)
    const ended = time(PROFILING_COMMAND_END)
    return {
      queued: time(PROFILING_COMMAND_QUEUED),
      submitted: time(PROFILING_COMMAND_SUBMIT),
      started,
      ended,
      duration: Number(ended - started),
    }
  }

  static {
    gatesOf = (event) => event.#gates
    completionOf = (event) => {
      event.#completion ??= new Promise((settle) => {
        const handle = ownedOf(event).live()
        // A queue that was released was flushed by that.
        if (event.#queue?.released === false) event.#queue.flush()
        watchEvent(handle, COMPLETE, settle, () => event.#gates.every(({ isSettled }) => isSettled))
      })
      return event.#completion
    }
  }
}

/** Keeps what a command uses from being collected until the command is complete. */
export function holdUntilComplete(event: CommandEvent, memory: unknown): void {
  void completionOf(event).then(() => memory)
}

/**
 * Host memory, once a transfer to or from it is complete. Gives the event back.
 *
 * @throws OpenCLError if the transfer failed; TypeError when the memory was transferred away meanwhile
 */
export async function transferred<Memory extends HostMemory>(transfer: CommandEvent, memory: Memory): Promise<Memory> {
  using event = transfer
  await event.finished
  checkStillThere(memory)
  return memory
}

function checkCommand(status: number): void {
  if (status >= 0) return
  // PoCL's number for a command whose predecessor failed; as an error's it would say that there is no such device.
  const code = status === -1 ? statuses.EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST.code : status
  throw failure(code, { detail: "A command failed while it ran, or waited for one that failed." })
}

function release(handle: EventHandle): number {
  return opencl().clReleaseEvent(handle)
}
