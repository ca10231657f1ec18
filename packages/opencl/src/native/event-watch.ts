/**
 * Callbacks on events, without clSetEventCallback. A driver calls back from a thread of its own, and koffi holds such a
 * thread until JavaScript has run: while JavaScript waits in clFinish for that very thread, neither goes on. (The same
 * holds for the callbacks of contexts, memory objects and clEnqueueSVMFree; clBuildProgram's are replaced by calls on
 * another thread.) So the status of awaited events is looked at, at every turn of the event loop while they are fresh
 * and every millisecond later. (A callback also outlives the worker thread that it was registered in, and crashes the
 * process when the driver calls it; and a thread that waits in clWaitForEvents keeps process.exit() from ending.) An
 * awaited event keeps the process alive, unless `holdsProcess` says otherwise.
 */
import { check } from "./check.js"
import { executionStatus } from "./execution-status.js"
import type { EventHandle } from "./handles.js"
import { opencl } from "./opencl.js"

interface Watch {
  readonly event: EventHandle
  /** COMPLETE (0), RUNNING (1), SUBMITTED (2): reached when the event's status is that or lower. */
  readonly status: number
  readonly reached: (status: number) => void
  readonly holdsProcess: () => boolean
}

const freshFor = 2 // milliseconds
let watches: Watch[] = []
let scheduled = false
/** Set while nothing that is watched holds the process. */
let idleTimer: NodeJS.Timeout | undefined
let lastChange = 0

/**
 * Calls `reached` on this thread, never before this returns, once the event's status is `status` or lower; with the
 * status that it was found in, which is below 0 when the command failed. Holds a reference to the event until then.
 *
 * @param holdsProcess whether Node goes on for this event when it has nothing else to do; default: it does
 */
export function watchEvent(
  event: EventHandle,
  status: number,
  reached: (status: number) => void,
  holdsProcess = () => true,
): void {
  check(opencl().clRetainEvent(event), "clRetainEvent")
  watches.push({ event, status, reached, holdsProcess })
  lookAgain()
}

/** To be called when some `holdsProcess` may give another answer. */
export function lookAgain(): void {
  lastChange = performance.now()
  if (idleTimer !== undefined) {
    clearTimeout(idleTimer)
    idleTimer = undefined
    scheduled = false
  }
  schedule()
}

function schedule(): void {
  if (scheduled || watches.length === 0) return
  scheduled = true
  if (!watches.some((watch) => watch.holdsProcess())) idleTimer = setTimeout(look, 1).unref()
  else if (performance.now() - lastChange < freshFor) setImmediate(look)
  else setTimeout(look, 1)
}

function look(): void {
  scheduled = false
  idleTimer = undefined
  const cl = opencl()
  const reached: [Watch, number][] = []
  // Once for each event: who watches it longer hears of it first.
  const statuses = new Map<EventHandle, number>()
  watches = watches.filter((watch) => {
    const status = statuses.get(watch.event) ?? executionStatus(watch.event)
    statuses.set(watch.event, status)
    if (status > watch.status) return true
    reached.push([watch, status])
    return false
  })
  if (reached.length > 0) lastChange = performance.now()
  schedule()
  for (const [watch, status] of reached) {
    cl.clReleaseEvent(watch.event)
    // A callback that throws is the program's uncaught exception, and takes no other callback with it.
    queueMicrotask(() => watch.reached(status))
  }
}
