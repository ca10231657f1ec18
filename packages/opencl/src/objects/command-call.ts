import { check } from "../native/check.js"
import { FixedMemory, NULL } from "../native/fixed-memory.js"
import type { CommandQueueHandle, EventHandle } from "../native/handles.js"
import { CommandEvent, gatesOf, holdUntilComplete } from "./command-event.js"
import type { Asked, CommandOptions } from "./command-options.js"
import { Gates } from "./gate.js"
import { handleIn, ownedOf } from "./native-object.js"
import type { Owned } from "./owned.js"
import type { Queue } from "./queue.js"

/**
 * The last three parameters of every clEnqueue function. One for each queue, used again for every command, so that a
 * command allocates nothing.
 */
export class CommandCall {
  /** num_events_in_wait_list */
  waitCount = 0
  /** event_wait_list */
  waitList = NULL
  /** event: where the driver puts it, or NULL */
  eventOut = NULL
  readonly #queue: Queue
  readonly #owned: Owned<CommandQueueHandle>
  readonly #event = new FixedMemory(new BigUint64Array(1))
  /** A queue that isn't ordered may pass some of them; to say so of each command isn't worth its while. */
  readonly #gates = new Gates()
  #list = new FixedMemory(new BigUint64Array(4))

  constructor(queue: Queue) {
    this.#queue = queue
    this.#owned = ownedOf(queue)
  }

  /** command_queue */
  get queue(): CommandQueueHandle {
    return this.#owned.live()
  }

  /** Takes the options of the command that is about to be enqueued. @throws TypeError for events of other contexts. */
  begin(options: CommandOptions | undefined, event = options?.event === true): this {
    this.eventOut = event ? this.#event.address : NULL
    const after = options?.after
    if (after === undefined) {
      this.waitCount = 0
      this.waitList = NULL
    } else {
      this.#wait(Array.isArray(after) ? after : [after as CommandEvent])
    }
    return this
  }

  /**
   * Ends a command: the event that was asked for.
   *
   * @param status what the call gave
   * @param name the C function's, for the message
   * @throws OpenCLError unless the status is CL_SUCCESS
   */
  end<Options extends CommandOptions>(status: number, name: string): Asked<Options> {
    check(status, name)
    return (this.eventOut === NULL ? undefined : this.checkedEvent()) as Asked<Options>
  }

  /** The same for a command that always gives an event. @param held memory that the device uses until it is complete */
  event(status: number, name: string, held?: unknown): CommandEvent {
    check(status, name)
    const event = this.checkedEvent()
    if (held !== undefined) holdUntilComplete(event, held)
    return event
  }

  /** The event of a command whose status was checked elsewhere. */
  checkedEvent(): CommandEvent {
    return new CommandEvent(this.#event.view[0] as EventHandle, this.#queue.context, this.#gates.list(), this.#queue)
  }

  #wait(events: readonly CommandEvent[]): void {
    if (events.length > this.#list.view.length) this.#list = new FixedMemory(new BigUint64Array(2 * events.length))
    const { context } = this.#owned
    for (let index = 0; index < events.length; index += 1) {
      const event = events[index] as CommandEvent
      this.#list.view[index] = handleIn(context, event, CommandEvent)
      this.#gates.add(gatesOf(event))
    }
    this.waitCount = events.length
    this.waitList = events.length === 0 ? NULL : this.#list.address
  }
}
