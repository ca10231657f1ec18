import { extensionStatuses, type Status } from "./status-extensions.js"

export type { Status }

/** The status codes of OpenCL 3.0 and of the extensions here. */
export const statuses = {
  DEVICE_NOT_FOUND: {
    code: -1,
    words: "Device not found.",
    sentence: "The platform has no device of this type: list them with DEVICE_TYPE_ALL.",
  },
  DEVICE_NOT_AVAILABLE: {
    code: -2,
    words: "Device not available",
    sentence: "The device is there but can't be used now.",
  },
  COMPILER_NOT_AVAILABLE: {
    code: -3,
    words: "Compiler not available",
    sentence: "The device compiles no source: make the program from a binary.",
  },
  MEM_OBJECT_ALLOCATION_FAILURE: {
    code: -4,
    words: "Memory object allocation failure",
    sentence: "The device has no memory left for this object: release some, or split it.",
  },
  OUT_OF_RESOURCES: {
    code: -5,
    words: "Out of resources",
    sentence: "The device ran out of something, or a kernel read or wrote where it has no memory.",
  },
  OUT_OF_HOST_MEMORY: { code: -6, words: "Out of host memory", sentence: "The driver got no memory from the system." },
  PROFILING_INFO_NOT_AVAILABLE: {
    code: -7,
    words: "Profiling information not available",
    sentence: "The queue was made without QUEUE_PROFILING_ENABLE, or the command hasn't ended.",
  },
  MEM_COPY_OVERLAP: { code: -8, words: "Memory copy overlap", sentence: "Source and destination overlap." },
  IMAGE_FORMAT_MISMATCH: { code: -9, words: "Image format mismatch", sentence: "The images have different formats." },
  IMAGE_FORMAT_NOT_SUPPORTED: {
    code: -10,
    words: "Image format not supported",
    sentence: "The device has no such image format: getSupportedImageFormats lists those that it has.",
  },
  BUILD_PROGRAM_FAILURE: {
    code: -11,
    words: "Program build failure",
    sentence: "The source doesn't compile: the build log says where.",
  },
  MAP_FAILURE: { code: -12, words: "Map failure", sentence: "The driver couldn't map the object into host memory." },
  MISALIGNED_SUB_BUFFER_OFFSET: {
    code: -13,
    words: "Misaligned sub-buffer offset",
    sentence: "A sub-buffer starts at a multiple of DEVICE_MEM_BASE_ADDR_ALIGN bits.",
  },
  EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST: {
    code: -14,
    words: "Execution status error for events in wait list",
    sentence: "A command that was waited for failed.",
  },
  COMPILE_PROGRAM_FAILURE: {
    code: -15,
    words: "Compile program failure",
    sentence: "The source doesn't compile: the build log says where.",
  },
  LINKER_NOT_AVAILABLE: { code: -16, words: "Linker not available", sentence: "The device links no programs." },
  LINK_PROGRAM_FAILURE: {
    code: -17,
    words: "Link program failure",
    sentence: "The programs don't link: the build log says why.",
  },
  DEVICE_PARTITION_FAILED: {
    code: -18,
    words: "Device partition failed",
    sentence: "The device can't be divided in this way.",
  },
  KERNEL_ARG_INFO_NOT_AVAILABLE: {
    code: -19,
    words: "Kernel argument info not available",
    sentence: "Build the program with -cl-kernel-arg-info.",
  },
  INVALID_VALUE: {
    code: -30,
    words: "Invalid value",
    sentence: "An argument has a value that this call doesn't know, or that is out of bounds.",
  },
  INVALID_DEVICE_TYPE: { code: -31, words: "Invalid device type", sentence: "Use one of the DEVICE_TYPE constants." },
  INVALID_PLATFORM: { code: -32, words: "Invalid platform", sentence: "Use one that getPlatformIDs gives." },
  INVALID_DEVICE: {
    code: -33,
    words: "Invalid device",
    sentence: "Use one that getDeviceIDs gives and that belongs to the context.",
  },
  INVALID_CONTEXT: {
    code: -34,
    words: "Invalid context",
    sentence: "It was released, or the objects belong to different contexts.",
  },
  INVALID_QUEUE_PROPERTIES: {
    code: -35,
    words: "Invalid queue properties",
    sentence: "The device has no queues with these properties.",
  },
  INVALID_COMMAND_QUEUE: {
    code: -36,
    words: "Invalid command queue",
    sentence: "It was released, or it belongs to another context or device.",
  },
  INVALID_HOST_PTR: {
    code: -37,
    words: "Invalid host pointer",
    sentence: "Host memory goes with MEM_USE_HOST_PTR or MEM_COPY_HOST_PTR, and these need it.",
  },
  INVALID_MEM_OBJECT: {
    code: -38,
    words: "Invalid memory object",
    sentence: "It was released, or is of another kind than the call takes.",
  },
  INVALID_IMAGE_FORMAT_DESCRIPTOR: {
    code: -39,
    words: "Invalid image format descriptor",
    sentence: "It takes a channel order and a channel data type that go together.",
  },
  INVALID_IMAGE_SIZE: {
    code: -40,
    words: "Invalid image size",
    sentence: "The device's limits are DEVICE_IMAGE2D_MAX_WIDTH and those beside it.",
  },
  INVALID_SAMPLER: { code: -41, words: "Invalid sampler", sentence: "It was released." },
  INVALID_BINARY: {
    code: -42,
    words: "Invalid binary",
    sentence: "The binary isn't for this device and driver, or was damaged: build from source.",
  },
  INVALID_BUILD_OPTIONS: {
    code: -43,
    words: "Invalid build options",
    sentence: "The compiler doesn't know one of the options.",
  },
  INVALID_PROGRAM: { code: -44, words: "Invalid program", sentence: "It was released." },
  INVALID_PROGRAM_EXECUTABLE: {
    code: -45,
    words: "Invalid program executable",
    sentence: "Build the program for this device first.",
  },
  INVALID_KERNEL_NAME: {
    code: -46,
    words: "Invalid kernel name",
    sentence: "The program has no kernel of this name: PROGRAM_KERNEL_NAMES lists those that it has.",
  },
  INVALID_KERNEL_DEFINITION: {
    code: -47,
    words: "Invalid kernel definition",
    sentence: "The kernel's arguments differ between the devices of the program.",
  },
  INVALID_KERNEL: { code: -48, words: "Invalid kernel", sentence: "It was released." },
  INVALID_ARG_INDEX: {
    code: -49,
    words: "Invalid argument index",
    sentence: "The kernel has fewer arguments: KERNEL_NUM_ARGS tells how many.",
  },
  INVALID_ARG_VALUE: {
    code: -50,
    words: "Invalid argument value",
    sentence: "The value doesn't fit the type of the argument.",
  },
  INVALID_ARG_SIZE: {
    code: -51,
    words: "Invalid argument size",
    sentence: "The value has another size than the type of the argument.",
  },
  INVALID_KERNEL_ARGS: {
    code: -52,
    words: "Invalid kernel arguments",
    sentence: "An argument of the kernel was never set.",
  },
  INVALID_WORK_DIMENSION: { code: -53, words: "Invalid work dimension", sentence: "It is 1, 2 or 3." },
  INVALID_WORK_GROUP_SIZE: {
    code: -54,
    words: "Invalid work group size",
    sentence:
      "The local size has to divide the global size, be at most KERNEL_WORK_GROUP_SIZE, and agree with the kernel's reqd_work_group_size.",
  },
  INVALID_WORK_ITEM_SIZE: {
    code: -55,
    words: "Invalid work item size",
    sentence: "The device's limits are DEVICE_MAX_WORK_ITEM_SIZES.",
  },
  INVALID_GLOBAL_OFFSET: {
    code: -56,
    words: "Invalid global offset",
    sentence: "It has one number a dimension, and offset and size together fit the device's addresses.",
  },
  INVALID_EVENT_WAIT_LIST: {
    code: -57,
    words: "Invalid event wait list",
    sentence: "It holds something that isn't a living event of this context.",
  },
  INVALID_EVENT: {
    code: -58,
    words: "Invalid event",
    sentence: "It was released, or isn't of the kind that the call takes.",
  },
  INVALID_OPERATION: {
    code: -59,
    words: "Invalid operation",
    sentence: "The object doesn't allow it in its present state, or the device doesn't know it.",
  },
  INVALID_GL_OBJECT: { code: -60, words: "Invalid OpenGL object", sentence: "OpenGL has no such object." },
  INVALID_BUFFER_SIZE: {
    code: -61,
    words: "Invalid buffer size",
    sentence: "It is from 1 to the device's DEVICE_MAX_MEM_ALLOC_SIZE.",
  },
  INVALID_MIP_LEVEL: { code: -62, words: "Invalid mip-map level", sentence: "The image has no such level." },
  INVALID_GLOBAL_WORK_SIZE: {
    code: -63,
    words: "Invalid global work size",
    sentence: "It has one number from 1 a dimension.",
  },
  INVALID_PROPERTY: { code: -64, words: "Invalid property", sentence: "A property isn't known, or comes twice." },
  INVALID_IMAGE_DESCRIPTOR: {
    code: -65,
    words: "Invalid image descriptor",
    sentence: "It takes a type and the sizes that the type needs.",
  },
  INVALID_COMPILER_OPTIONS: {
    code: -66,
    words: "Invalid compiler options",
    sentence: "The compiler doesn't know one of the options.",
  },
  INVALID_LINKER_OPTIONS: {
    code: -67,
    words: "Invalid linker options",
    sentence: "The linker doesn't know one of the options.",
  },
  INVALID_DEVICE_PARTITION_COUNT: {
    code: -68,
    words: "Invalid device partition count",
    sentence: "The device has fewer compute units, or allows fewer sub-devices.",
  },
  INVALID_PIPE_SIZE: {
    code: -69,
    words: "Invalid pipe size",
    sentence: "Packets are from 1 to DEVICE_PIPE_MAX_PACKET_SIZE bytes, and there is at least one.",
  },
  INVALID_DEVICE_QUEUE: {
    code: -70,
    words: "Invalid device queue",
    sentence: "The argument takes a queue on the device.",
  },
  INVALID_SPEC_ID: {
    code: -71,
    words: "Invalid specialization constant",
    sentence: "The module has no such constant.",
  },
  MAX_SIZE_RESTRICTION_EXCEEDED: {
    code: -72,
    words: "Maximum size restriction exceeded",
    sentence: "The argument is larger than the kernel declares it.",
  },
  ...extensionStatuses,
} as const satisfies Readonly<Record<string, Status>>

export type StatusName = keyof typeof statuses

const names = new Map<number, StatusName>(
  Object.entries(statuses).map(([name, { code }]) => [code, name as StatusName]),
)

/** The name of a code; undefined for 0 and for those of other extensions. */
export function statusName(code: number): StatusName | undefined {
  return names.get(code)
}
