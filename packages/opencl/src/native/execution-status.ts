import { EVENT_COMMAND_EXECUTION_STATUS } from "./constants/event.js"
import type { EventHandle } from "./handles.js"
import { opencl } from "./opencl.js"

const value = new Int32Array(1)

/** QUEUED (3), SUBMITTED (2), RUNNING (1), COMPLETE (0), or below 0 for a command, or a query, that failed. */
export function executionStatus(event: EventHandle): number {
  return opencl().clGetEventInfo(event, EVENT_COMMAND_EXECUTION_STATUS, 4, value, null) || (value[0] as number)
}
