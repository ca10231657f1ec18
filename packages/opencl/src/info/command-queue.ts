import * as CL from "../native/constants/index.js"
import type { InfoTable } from "./kinds.js"

/** clGetCommandQueueInfo. */
export const commandQueueInfo = {
  [CL.QUEUE_CONTEXT]: "context",
  [CL.QUEUE_DEVICE]: "device",
  [CL.QUEUE_DEVICE_DEFAULT]: "commandQueue",
  [CL.QUEUE_REFERENCE_COUNT]: "uint",
  [CL.QUEUE_PROPERTIES]: "flags",
  [CL.QUEUE_SIZE]: "uint",
  [CL.QUEUE_PROPERTIES_ARRAY]: "properties",
} as const satisfies InfoTable
