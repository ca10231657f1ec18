import * as CL from "../native/constants/index.js"
import type { InfoTable } from "./kinds.js"

/** clGetPlatformInfo. */
export const platformInfo = {
  [CL.PLATFORM_PROFILE]: "string",
  [CL.PLATFORM_VERSION]: "string",
  [CL.PLATFORM_NAME]: "string",
  [CL.PLATFORM_VENDOR]: "string",
  [CL.PLATFORM_EXTENSIONS]: "string",
  [CL.PLATFORM_ICD_SUFFIX_KHR]: "string",
  [CL.PLATFORM_HOST_TIMER_RESOLUTION]: "ulong",
  [CL.PLATFORM_NUMERIC_VERSION]: "version",
  [CL.PLATFORM_EXTENSIONS_WITH_VERSION]: "namedVersions",
} as const satisfies InfoTable
