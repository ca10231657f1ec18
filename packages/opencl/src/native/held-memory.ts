/** Host memory that the driver still reads or writes after a call: held until the command is over. */
import { check } from "./check.js"
import { COMPLETE } from "./constants/event.js"
import { executionStatus } from "./execution-status.js"
import type { EventHandle } from "./handles.js"
import { opencl } from "./opencl.js"

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

/** Lets go of what commands that are over held. */
export function letGoOfFinished(): void {
  if (holds.length === 0) return
  holds = holds.filter(({ event }) => {
    if (executionStatus(event) > COMPLETE) return true
    opencl().clReleaseEvent(event)
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
