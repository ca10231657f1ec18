/** Commands that do nothing but wait. */
import { check, opencl } from "../native/index.js"
import type { Optional, WaitList } from "./arguments.js"
import { command, type Outcome } from "./command.js"
import { type CLCommandQueue, type CLEvent, queueOf } from "./objects.js"

/** An event that is complete when the events are, or without any, when all commands before it are. */
export function enqueueMarkerWithWaitList<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  const call = "enqueueMarkerWithWaitList"
  const on = queueOf(queue, call)
  return command(call, wait, event, (...tail) => opencl().clEnqueueMarkerWithWaitList(on, ...tail))
}

/** The same, and commands after it wait for it. */
export function enqueueBarrierWithWaitList<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  const call = "enqueueBarrierWithWaitList"
  const on = queueOf(queue, call)
  return command(call, wait, event, (...tail) => opencl().clEnqueueBarrierWithWaitList(on, ...tail))
}

/** OpenCL 1.1. */
export function enqueueMarker<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  event?: Wants,
): Outcome<Wants> {
  return enqueueMarkerWithWaitList(queue, null, event)
}

/** OpenCL 1.1. */
export function enqueueBarrier(queue: CLCommandQueue): number {
  check(opencl().clEnqueueBarrierWithWaitList(queueOf(queue, "enqueueBarrier"), 0, null, null), "enqueueBarrier")
  return 0
}

/** OpenCL 1.1: commands after it wait for the events. */
export function enqueueWaitForEvents(queue: CLCommandQueue, events: readonly CLEvent[]): number {
  return enqueueBarrierWithWaitList(queue, events)
}
