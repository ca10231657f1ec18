import * as CL from "../native/constants/index.js"
import type { InfoTable } from "./kinds.js"

/** clGetMemObjectInfo. */
export const memoryInfo = {
  [CL.MEM_TYPE]: "uint",
  [CL.MEM_FLAGS]: "flags",
  [CL.MEM_SIZE]: "size",
  [CL.MEM_HOST_PTR]: "pointer",
  [CL.MEM_MAP_COUNT]: "uint",
  [CL.MEM_REFERENCE_COUNT]: "uint",
  [CL.MEM_CONTEXT]: "context",
  [CL.MEM_ASSOCIATED_MEMOBJECT]: "memory",
  [CL.MEM_OFFSET]: "size",
  [CL.MEM_USES_SVM_POINTER]: "bool",
  [CL.MEM_PROPERTIES]: "properties",
} as const satisfies InfoTable

/** clGetImageInfo. */
export const imageInfo = {
  [CL.IMAGE_FORMAT]: "imageFormat",
  [CL.IMAGE_ELEMENT_SIZE]: "size",
  [CL.IMAGE_ROW_PITCH]: "size",
  [CL.IMAGE_SLICE_PITCH]: "size",
  [CL.IMAGE_WIDTH]: "size",
  [CL.IMAGE_HEIGHT]: "size",
  [CL.IMAGE_DEPTH]: "size",
  [CL.IMAGE_ARRAY_SIZE]: "size",
  [CL.IMAGE_BUFFER]: "memory",
  [CL.IMAGE_NUM_MIP_LEVELS]: "uint",
  [CL.IMAGE_NUM_SAMPLES]: "uint",
} as const satisfies InfoTable

/** clGetPipeInfo. */
export const pipeInfo = {
  [CL.PIPE_PACKET_SIZE]: "uint",
  [CL.PIPE_MAX_PACKETS]: "uint",
  [CL.PIPE_PROPERTIES]: "properties",
} as const satisfies InfoTable
