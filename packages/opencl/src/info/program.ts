import * as CL from "../native/constants/index.js"
import type { InfoTable } from "./kinds.js"

/** clGetProgramInfo, but for PROGRAM_BINARIES: see program-binaries.ts. */
export const programInfo = {
  [CL.PROGRAM_REFERENCE_COUNT]: "uint",
  [CL.PROGRAM_NUM_DEVICES]: "uint",
  [CL.PROGRAM_CONTEXT]: "context",
  [CL.PROGRAM_DEVICES]: "devices",
  [CL.PROGRAM_SOURCE]: "string",
  [CL.PROGRAM_BINARY_SIZES]: "sizes",
  [CL.PROGRAM_NUM_KERNELS]: "size",
  [CL.PROGRAM_KERNEL_NAMES]: "string",
  [CL.PROGRAM_IL]: "bytes",
  [CL.PROGRAM_SCOPE_GLOBAL_CTORS_PRESENT]: "bool",
  [CL.PROGRAM_SCOPE_GLOBAL_DTORS_PRESENT]: "bool",
} as const satisfies InfoTable

/** clGetProgramBuildInfo. */
export const programBuildInfo = {
  [CL.PROGRAM_BUILD_STATUS]: "int",
  [CL.PROGRAM_BUILD_OPTIONS]: "string",
  [CL.PROGRAM_BUILD_LOG]: "string",
  [CL.PROGRAM_BINARY_TYPE]: "uint",
  [CL.PROGRAM_BUILD_GLOBAL_VARIABLE_TOTAL_SIZE]: "size",
} as const satisfies InfoTable
