/**
 * node-opencl's errors as constants: `cl.INVALID_CONTEXT.message` is what messages of that status begin with. `code` and
 * `status` are those of the errors that calls throw.
 */
import { OpenCLError } from "../native/error.js"
import { type StatusName, statuses } from "../native/status.js"

function constant(name: StatusName): OpenCLError {
  const { code, words } = statuses[name]
  return new OpenCLError(name, words, code)
}

export const SUCCESS = 0

export const DEVICE_NOT_FOUND: OpenCLError = /* @__PURE__ */ constant("DEVICE_NOT_FOUND")
export const DEVICE_NOT_AVAILABLE: OpenCLError = /* @__PURE__ */ constant("DEVICE_NOT_AVAILABLE")
export const COMPILER_NOT_AVAILABLE: OpenCLError = /* @__PURE__ */ constant("COMPILER_NOT_AVAILABLE")
export const MEM_OBJECT_ALLOCATION_FAILURE: OpenCLError = /* @__PURE__ */ constant("MEM_OBJECT_ALLOCATION_FAILURE")
export const OUT_OF_RESOURCES: OpenCLError = /* @__PURE__ */ constant("OUT_OF_RESOURCES")
export const OUT_OF_HOST_MEMORY: OpenCLError = /* @__PURE__ */ constant("OUT_OF_HOST_MEMORY")
export const PROFILING_INFO_NOT_AVAILABLE: OpenCLError = /* @__PURE__ */ constant("PROFILING_INFO_NOT_AVAILABLE")
export const MEM_COPY_OVERLAP: OpenCLError = /* @__PURE__ */ constant("MEM_COPY_OVERLAP")
export const IMAGE_FORMAT_MISMATCH: OpenCLError = /* @__PURE__ */ constant("IMAGE_FORMAT_MISMATCH")
export const IMAGE_FORMAT_NOT_SUPPORTED: OpenCLError = /* @__PURE__ */ constant("IMAGE_FORMAT_NOT_SUPPORTED")
export const BUILD_PROGRAM_FAILURE: OpenCLError = /* @__PURE__ */ constant("BUILD_PROGRAM_FAILURE")
export const MAP_FAILURE: OpenCLError = /* @__PURE__ */ constant("MAP_FAILURE")
export const MISALIGNED_SUB_BUFFER_OFFSET: OpenCLError = /* @__PURE__ */ constant("MISALIGNED_SUB_BUFFER_OFFSET")
export const EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST: OpenCLError = /* @__PURE__ */ constant(
  "EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST",
)
export const COMPILE_PROGRAM_FAILURE: OpenCLError = /* @__PURE__ */ constant("COMPILE_PROGRAM_FAILURE")
export const LINKER_NOT_AVAILABLE: OpenCLError = /* @__PURE__ */ constant("LINKER_NOT_AVAILABLE")
export const LINK_PROGRAM_FAILURE: OpenCLError = /* @__PURE__ */ constant("LINK_PROGRAM_FAILURE")
export const DEVICE_PARTITION_FAILED: OpenCLError = /* @__PURE__ */ constant("DEVICE_PARTITION_FAILED")
export const KERNEL_ARG_INFO_NOT_AVAILABLE: OpenCLError = /* @__PURE__ */ constant("KERNEL_ARG_INFO_NOT_AVAILABLE")
export const INVALID_VALUE: OpenCLError = /* @__PURE__ */ constant("INVALID_VALUE")
export const INVALID_DEVICE_TYPE: OpenCLError = /* @__PURE__ */ constant("INVALID_DEVICE_TYPE")
export const INVALID_PLATFORM: OpenCLError = /* @__PURE__ */ constant("INVALID_PLATFORM")
export const INVALID_DEVICE: OpenCLError = /* @__PURE__ */ constant("INVALID_DEVICE")
export const INVALID_CONTEXT: OpenCLError = /* @__PURE__ */ constant("INVALID_CONTEXT")
export const INVALID_QUEUE_PROPERTIES: OpenCLError = /* @__PURE__ */ constant("INVALID_QUEUE_PROPERTIES")
export const INVALID_COMMAND_QUEUE: OpenCLError = /* @__PURE__ */ constant("INVALID_COMMAND_QUEUE")
export const INVALID_HOST_PTR: OpenCLError = /* @__PURE__ */ constant("INVALID_HOST_PTR")
export const INVALID_MEM_OBJECT: OpenCLError = /* @__PURE__ */ constant("INVALID_MEM_OBJECT")
export const INVALID_IMAGE_FORMAT_DESCRIPTOR: OpenCLError = /* @__PURE__ */ constant("INVALID_IMAGE_FORMAT_DESCRIPTOR")
export const INVALID_IMAGE_SIZE: OpenCLError = /* @__PURE__ */ constant("INVALID_IMAGE_SIZE")
export const INVALID_SAMPLER: OpenCLError = /* @__PURE__ */ constant("INVALID_SAMPLER")
export const INVALID_BINARY: OpenCLError = /* @__PURE__ */ constant("INVALID_BINARY")
export const INVALID_BUILD_OPTIONS: OpenCLError = /* @__PURE__ */ constant("INVALID_BUILD_OPTIONS")
export const INVALID_PROGRAM: OpenCLError = /* @__PURE__ */ constant("INVALID_PROGRAM")
export const INVALID_PROGRAM_EXECUTABLE: OpenCLError = /* @__PURE__ */ constant("INVALID_PROGRAM_EXECUTABLE")
export const INVALID_KERNEL_NAME: OpenCLError = /* @__PURE__ */ constant("INVALID_KERNEL_NAME")
export const INVALID_KERNEL_DEFINITION: OpenCLError = /* @__PURE__ */ constant("INVALID_KERNEL_DEFINITION")
export const INVALID_KERNEL: OpenCLError = /* @__PURE__ */ constant("INVALID_KERNEL")
export const INVALID_ARG_INDEX: OpenCLError = /* @__PURE__ */ constant("INVALID_ARG_INDEX")
export const INVALID_ARG_VALUE: OpenCLError = /* @__PURE__ */ constant("INVALID_ARG_VALUE")
export const INVALID_ARG_SIZE: OpenCLError = /* @__PURE__ */ constant("INVALID_ARG_SIZE")
export const INVALID_KERNEL_ARGS: OpenCLError = /* @__PURE__ */ constant("INVALID_KERNEL_ARGS")
export const INVALID_WORK_DIMENSION: OpenCLError = /* @__PURE__ */ constant("INVALID_WORK_DIMENSION")
export const INVALID_WORK_GROUP_SIZE: OpenCLError = /* @__PURE__ */ constant("INVALID_WORK_GROUP_SIZE")
export const INVALID_WORK_ITEM_SIZE: OpenCLError = /* @__PURE__ */ constant("INVALID_WORK_ITEM_SIZE")
export const INVALID_GLOBAL_OFFSET: OpenCLError = /* @__PURE__ */ constant("INVALID_GLOBAL_OFFSET")
export const INVALID_EVENT_WAIT_LIST: OpenCLError = /* @__PURE__ */ constant("INVALID_EVENT_WAIT_LIST")
export const INVALID_EVENT: OpenCLError = /* @__PURE__ */ constant("INVALID_EVENT")
export const INVALID_OPERATION: OpenCLError = /* @__PURE__ */ constant("INVALID_OPERATION")
export const INVALID_GL_OBJECT: OpenCLError = /* @__PURE__ */ constant("INVALID_GL_OBJECT")
export const INVALID_BUFFER_SIZE: OpenCLError = /* @__PURE__ */ constant("INVALID_BUFFER_SIZE")
export const INVALID_MIP_LEVEL: OpenCLError = /* @__PURE__ */ constant("INVALID_MIP_LEVEL")
export const INVALID_GLOBAL_WORK_SIZE: OpenCLError = /* @__PURE__ */ constant("INVALID_GLOBAL_WORK_SIZE")
export const INVALID_PROPERTY: OpenCLError = /* @__PURE__ */ constant("INVALID_PROPERTY")
export const INVALID_IMAGE_DESCRIPTOR: OpenCLError = /* @__PURE__ */ constant("INVALID_IMAGE_DESCRIPTOR")
export const INVALID_COMPILER_OPTIONS: OpenCLError = /* @__PURE__ */ constant("INVALID_COMPILER_OPTIONS")
export const INVALID_LINKER_OPTIONS: OpenCLError = /* @__PURE__ */ constant("INVALID_LINKER_OPTIONS")
export const INVALID_DEVICE_PARTITION_COUNT: OpenCLError = /* @__PURE__ */ constant("INVALID_DEVICE_PARTITION_COUNT")
export const INVALID_PIPE_SIZE: OpenCLError = /* @__PURE__ */ constant("INVALID_PIPE_SIZE")
export const INVALID_DEVICE_QUEUE: OpenCLError = /* @__PURE__ */ constant("INVALID_DEVICE_QUEUE")
export const INVALID_SPEC_ID: OpenCLError = /* @__PURE__ */ constant("INVALID_SPEC_ID")
export const MAX_SIZE_RESTRICTION_EXCEEDED: OpenCLError = /* @__PURE__ */ constant("MAX_SIZE_RESTRICTION_EXCEEDED")
export const PLATFORM_NOT_FOUND_KHR: OpenCLError = /* @__PURE__ */ constant("PLATFORM_NOT_FOUND_KHR")
export const DEVICE_PARTITION_FAILED_EXT: OpenCLError = /* @__PURE__ */ constant("DEVICE_PARTITION_FAILED_EXT")
export const INVALID_PARTITION_COUNT_EXT: OpenCLError = /* @__PURE__ */ constant("INVALID_PARTITION_COUNT_EXT")
export const INVALID_PARTITION_NAME_EXT: OpenCLError = /* @__PURE__ */ constant("INVALID_PARTITION_NAME_EXT")
export const CONTEXT_TERMINATED_KHR: OpenCLError = /* @__PURE__ */ constant("CONTEXT_TERMINATED_KHR")
export const INVALID_COMMAND_BUFFER_KHR: OpenCLError = /* @__PURE__ */ constant("INVALID_COMMAND_BUFFER_KHR")
export const INVALID_SYNC_POINT_WAIT_LIST_KHR: OpenCLError = /* @__PURE__ */ constant(
  "INVALID_SYNC_POINT_WAIT_LIST_KHR",
)
export const INCOMPATIBLE_COMMAND_QUEUE_KHR: OpenCLError = /* @__PURE__ */ constant("INCOMPATIBLE_COMMAND_QUEUE_KHR")
