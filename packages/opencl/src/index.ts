/**
 * OpenCL for Node, with node-opencl's names and call shapes: `import * as cl from "@strongroom/opencl"`, or
 * `const cl = require("@strongroom/opencl")`. Importing loads nothing native.
 */

export * from "./compat/index.js"
export type { FormatArray, HighLow } from "./compat/info.js"
export { OpenCLError, type OpenCLErrorCode, useLibrary } from "./native/index.js"
