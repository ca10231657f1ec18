import * as CL from "../native/constants/index.js"
import type { InfoTable } from "./kinds.js"

/** clGetKernelInfo. */
export const kernelInfo = {
  [CL.KERNEL_FUNCTION_NAME]: "string",
  [CL.KERNEL_NUM_ARGS]: "uint",
  [CL.KERNEL_REFERENCE_COUNT]: "uint",
  [CL.KERNEL_CONTEXT]: "context",
  [CL.KERNEL_PROGRAM]: "program",
  [CL.KERNEL_ATTRIBUTES]: "string",
} as const satisfies InfoTable

/** clGetKernelArgInfo. */
export const kernelArgumentInfo = {
  [CL.KERNEL_ARG_ADDRESS_QUALIFIER]: "uint",
  [CL.KERNEL_ARG_ACCESS_QUALIFIER]: "uint",
  [CL.KERNEL_ARG_TYPE_NAME]: "string",
  [CL.KERNEL_ARG_TYPE_QUALIFIER]: "flags",
  [CL.KERNEL_ARG_NAME]: "string",
} as const satisfies InfoTable

/** clGetKernelWorkGroupInfo. */
export const kernelWorkGroupInfo = {
  [CL.KERNEL_WORK_GROUP_SIZE]: "size",
  [CL.KERNEL_COMPILE_WORK_GROUP_SIZE]: "sizes",
  [CL.KERNEL_GLOBAL_WORK_SIZE]: "sizes",
  [CL.KERNEL_PREFERRED_WORK_GROUP_SIZE_MULTIPLE]: "size",
  [CL.KERNEL_LOCAL_MEM_SIZE]: "ulong",
  [CL.KERNEL_PRIVATE_MEM_SIZE]: "ulong",
} as const satisfies InfoTable

/** clGetKernelSubGroupInfo. */
export const kernelSubGroupInfo = {
  [CL.KERNEL_MAX_SUB_GROUP_SIZE_FOR_NDRANGE]: "size",
  [CL.KERNEL_SUB_GROUP_COUNT_FOR_NDRANGE]: "size",
  [CL.KERNEL_LOCAL_SIZE_FOR_SUB_GROUP_COUNT]: "sizes",
  [CL.KERNEL_MAX_NUM_SUB_GROUPS]: "size",
  [CL.KERNEL_COMPILE_NUM_SUB_GROUPS]: "size",
} as const satisfies InfoTable
