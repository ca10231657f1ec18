/** Host memory that the driver still reads or writes after a call: held until the command is over. */
import { check, constants, type EventHandle, opencl } from "../native/index.js"

interface Hold {
  readonly event: EventHandle
  readonly memory: unknown
}

const lookEvery = 50 // milliseconds
let holds: Hold[] = []
let isScheduled = false

/** Holds `memory` until the event completes or fails. Takes a reference to the event for as long. */
export function holdUntil(event: EventHandle, memory: unknown): void {
  check(opencl().clRetainEvent(event), "clRetainEvent")
  holds.push({ event, memory })
  if (holds.length % 64 === 0) letGoOfFinished()
  schedule()
}

const status = new Int32Array(1)

/** Lets go of what commands that are over held. */
export function letGoOfFinished(): void {
  const cl = opencl()
  holds = holds.filter(({ event }) => {
    const asked = cl.clGetEventInfo(event, constants.EVENT_COMMAND_EXECUTION_STATUS, 4, status, null)
    if (asked === 0 && (status[0] as number) > constants.COMPLETE) return true
    cl.clReleaseEvent(event)
    return false
  })
}

/** A held buffer keeps no process alive. */
function schedule(): void {
  if (isScheduled) return
  isScheduled = true
  setTimeout(() => {
    isScheduled = false
    letGoOfFinished()
    if (holds.length > 0) schedule()
  }, lookEvery).unref()
}
