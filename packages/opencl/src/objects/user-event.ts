import { check, made } from "../native/check.js"
import { lookAgain } from "../native/event-watch.js"
import { opencl } from "../native/opencl.js"
import { statuses } from "../native/status.js"
import { CommandEvent } from "./command-event.js"
import type { Context } from "./context.js"
import type { Gate } from "./gate.js"
import { ownedOf } from "./native-object.js"

/**
 * An event that JavaScript settles: commands can wait for it. Released or dropped unsettled, it fails, so that nothing
 * waits for ever.
 */
export class UserEvent extends CommandEvent {
  readonly #settle: (status: number) => void

  /** Use `context.createUserEvent()`. */
  constructor(context: Context) {
    const parent = ownedOf(context)
    const handle = made("clCreateUserEvent", (status) => opencl().clCreateUserEvent(parent.live(), status))
    const gate: Gate = { isSettled: false }
    const settle = (status: number) => {
      if (gate.isSettled) throw new TypeError("This user event is settled already: it can be completed or failed once.")
      gate.isSettled = true
      check(opencl().clSetUserEventStatus(handle, status), "clSetUserEventStatus")
      lookAgain()
    }
    // Closes over nothing that refers to this object, which could never be collected otherwise.
    super(handle, context, [gate], undefined, (event) => {
      if (!gate.isSettled) settle(abandoned)
      return opencl().clReleaseEvent(event)
    })
    this.#settle = settle
  }

  /** Lets go what waits for it. @throws TypeError the second time */
  complete(): void {
    ownedOf(this).live()
    this.#settle(0)
  }

  /** Makes what waits for it fail. @throws TypeError the second time */
  fail(): void {
    ownedOf(this).live()
    this.#settle(abandoned)
  }
}

const abandoned = statuses.EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST.code
