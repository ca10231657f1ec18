export * from "./native/constants/index.js"
export { OpenCLError, type OpenCLErrorCode, useLibrary } from "./native/index.js"
