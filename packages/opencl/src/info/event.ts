import * as CL from "../native/constants/index.js"
import type { InfoTable } from "./kinds.js"

/** clGetEventInfo. */
export const eventInfo = {
  [CL.EVENT_COMMAND_QUEUE]: "commandQueue",
  [CL.EVENT_CONTEXT]: "context",
  [CL.EVENT_COMMAND_TYPE]: "uint",
  [CL.EVENT_COMMAND_EXECUTION_STATUS]: "int",
  [CL.EVENT_REFERENCE_COUNT]: "uint",
} as const satisfies InfoTable

/** clGetEventProfilingInfo: nanoseconds. */
export const eventProfilingInfo = {
  [CL.PROFILING_COMMAND_QUEUED]: "ulong",
  [CL.PROFILING_COMMAND_SUBMIT]: "ulong",
  [CL.PROFILING_COMMAND_START]: "ulong",
  [CL.PROFILING_COMMAND_END]: "ulong",
  [CL.PROFILING_COMMAND_COMPLETE]: "ulong",
} as const satisfies InfoTable
