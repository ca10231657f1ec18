/**
 * A status code: the header's name without CL_, node-opencl's words for it (programs compare them, so they are part of
 * every message), and a sentence that says what usually is the matter.
 */
export interface Status {
  readonly code: number
  readonly words: string
  readonly sentence: string
}

/** Those of extensions of Khronos and of several vendors. */
export const extensionStatuses = {
  PLATFORM_NOT_FOUND_KHR: {
    code: -1001,
    words: "Platform not found",
    sentence:
      "The OpenCL library is there, but no driver: install your device's, or PoCL for the CPU (pocl-opencl-icd on Debian and Ubuntu).",
  },
  DEVICE_PARTITION_FAILED_EXT: {
    code: -1057,
    words: "Device partition failed",
    sentence: "The device can't be divided in this way.",
  },
  INVALID_PARTITION_COUNT_EXT: {
    code: -1058,
    words: "Invalid partition count",
    sentence: "The device has fewer compute units, or allows fewer sub-devices.",
  },
  INVALID_PARTITION_NAME_EXT: {
    code: -1059,
    words: "Invalid partition name",
    sentence: "The device has no compute unit of this name.",
  },
  CONTEXT_TERMINATED_KHR: { code: -1121, words: "Context terminated", sentence: "Make a new context." },
  INVALID_COMMAND_BUFFER_KHR: {
    code: -1138,
    words: "Invalid command buffer",
    sentence: "Make it with createCommandBuffer, and finalise it before it is enqueued.",
  },
  INVALID_SYNC_POINT_WAIT_LIST_KHR: {
    code: -1139,
    words: "Invalid sync point wait list",
    sentence: "A recorded command can wait for earlier ones of the same command buffer only.",
  },
  INCOMPATIBLE_COMMAND_QUEUE_KHR: {
    code: -1140,
    words: "Incompatible command queue",
    sentence: "The queue lacks properties that this device's command buffers need.",
  },
} as const satisfies Readonly<Record<string, Status>>
