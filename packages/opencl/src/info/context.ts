import * as CL from "../native/constants/index.js"
import type { InfoTable } from "./kinds.js"

/** clGetContextInfo. */
export const contextInfo = {
  [CL.CONTEXT_REFERENCE_COUNT]: "uint",
  [CL.CONTEXT_NUM_DEVICES]: "uint",
  [CL.CONTEXT_DEVICES]: "devices",
  [CL.CONTEXT_PROPERTIES]: "properties",
} as const satisfies InfoTable
