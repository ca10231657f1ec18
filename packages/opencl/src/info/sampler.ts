import * as CL from "../native/constants/index.js"
import type { InfoTable } from "./kinds.js"

/** clGetSamplerInfo. */
export const samplerInfo = {
  [CL.SAMPLER_REFERENCE_COUNT]: "uint",
  [CL.SAMPLER_CONTEXT]: "context",
  [CL.SAMPLER_NORMALIZED_COORDS]: "bool",
  [CL.SAMPLER_ADDRESSING_MODE]: "uint",
  [CL.SAMPLER_FILTER_MODE]: "uint",
  [CL.SAMPLER_PROPERTIES]: "properties",
} as const satisfies InfoTable
