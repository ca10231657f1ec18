/** Commands that do nothing but wait. */
import { check, opencl } from "../native/index.js"
import type { Optional } from "./arguments.js"
import { type WaitList, waitList } from "./arguments.js"
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
  const before = waitList(wait, call)
  return command(call, event, (returned) =>
    opencl().clEnqueueMarkerWithWaitList(on, before?.length ?? 0, before, returned),
  )
}

/** The same, and commands after it wait for it. */
export function enqueueBarrierWithWaitList<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  const call = "enqueueBarrierWithWaitList"
  const on = queueOf(queue, call)
  const before = waitList(wait, call)
  return command(call, event, (returned) =>
    opencl().clEnqueueBarrierWithWaitList(on, before?.length ?? 0, before, returned),
  )
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
