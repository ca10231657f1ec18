/**
 * The cases of node-opencl's suite that fail here, each with its reason and what it fails with. Case (2) is the second of
 * the same title. One that passes must go from the list: the tests fail until it does.
 */
export interface Exception {
  readonly reason: string
  readonly message: RegExp
  readonly titles: readonly string[]
}

export const exceptions: readonly Exception[] = [
  {
    reason: "host memory shorter than what the command reads or writes: it would corrupt the process's memory",
    message: /^Invalid (host pointer: .* bytes of the host's memory, which has|value: .*: the host memory has)/,
    titles: [
      "CommandQueue #enqueueFillBuffer should fill a buffer with a scallar integer pattern",
      "CommandQueue #enqueueFillBuffer should fill a buffer with a scallar float pattern",
      "CommandQueue #enqueueFillBuffer should fill a buffer with a vector pattern",
      "CommandQueue #enqueueFillBuffer should fill a buffer with a vector pattern (2)",
      "CommandQueue #enqueueMarkerWithWaitList should enqueue marker with event wait list",
      "CommandQueue #enqueueBarrierWithWaitList should enqueue barrier with event wait list",
      "CommandQueue #enqueueReadImage should work with valid image",
      "CommandQueue #enqueueReadImage should work if image was created with cl.MEM_HOST_READ_ONLY",
      "CommandQueue #enqueueWriteImage should work with cl.MEM_READ_WRITE images",
      "CommandQueue #enqueueWriteImage should work with cl.MEM_HOST_WRITE_ONLY images",
      "CommandQueue #enqueueCopyImageToBuffer should work with read only buffers",
      "CommandQueue #enqueueCopyImageToBuffer should work with write buffers",
      "CommandQueue #enqueueCopyImageToBuffer should work with different values of source and destination offsets",
      "CommandQueue #enqueueCopyImageToBuffer should throw cl.INVALID_VALUE if origin is invalid",
      "CommandQueue #enqueueCopyImageToBuffer should throw cl.INVALID_VALUE if region is invalid",
      "CommandQueue #enqueueMigrateMemObjects should migrate mem objects with flag cl.MIGRATE_MEM_OBJECT_HOST",
      "CommandQueue #enqueueMigrateMemObjects should migrate mem objects with flag cl.MIGRATE_MEM_OBJECT_CONTENT_UNDEFINED",
      "CommandQueue #enqueueMigrateMemObjects should throw cl.INVALID_MEM_OBJECT if any memory object is null",
    ],
  },
  {
    reason: "needs a GPU, an accelerator, a custom device: PoCL is a CPU",
    message: /^Device not found/,
    titles: [
      "Context #createContextFromType should create a context with the host GPU type",
      "Context #createContextFromType should create a context with the accelerator type",
      "Context #createContextFromType should create a context with the custom type",
    ],
  },
  {
    reason: "needs pipes: PoCL 3.1 has none (DEVICE_PIPE_SUPPORT is false)",
    message: /^Invalid operation: createPipe/,
    titles: [
      "Pipes #createPipe should succeed in creating a pipe",
      "Pipes #getPipeInfo should return the good type for PIPE_PACKET_SIZE",
      "Pipes #getPipeInfo should return the good type for PIPE_MAX_PACKETS",
      "Pipes #getPipeInfo should return the same size of packets",
      "Pipes #getPipeInfo should return the same packets max",
    ],
  },
  {
    reason:
      "against the specification: these flags take host memory, or refuse it, and a sub-buffer takes none of them",
    message: /^Invalid (host pointer|value): create(Buffer|Image|SubBuffer)/,
    titles: [
      "MemObj #createBuffer should alloc host memory when passed a TypedArray",
      "MemObj #createSubBuffer should create a subBuffer (4)",
      "MemObj #createSubBuffer should create a subBuffer (5)",
      "MemObj #createSubBuffer should create a subBuffer (6)",
      "MemObj #createImage should create an image (4)",
      "MemObj #createImage should create an image (6)",
    ],
  },
  {
    reason: "drivers may give flags of 0 as the MEM_READ_WRITE that 0 stands for (the suite skips it for Intel's)",
    message: /^expected 1 to equal 0/,
    titles: ["MemObj #getMemObjectInfo should return CL_MEM_FLAGS"],
  },
  {
    reason: "calls the function that should throw, in place of handing it to the assertion",
    message: /^(Invalid device: createSubDevices|Argument 1 must be an array)/,
    titles: [
      "Device #createSubDevices() for this device should throw cl.INVALID_DEVICE with device = null",
      "Device #createSubDevices() for this device should throw cl.INVALID_VALUE with properties = null",
    ],
  },
  {
    reason: "passes 0 as the image and expects the error of a wrong parameter",
    message: /to throw error including 'Invalid value' but got 'Invalid memory object/,
    titles: ["MemObj #getImageInfo should throw cl.INVALID_VALUE if param name is not valid"],
  },
  {
    reason: "expects a number where node-opencl 0.4.5 itself gives the [high, low] of 64 bits",
    message: /^expected \[ \d+, \d+ \] to be a number/,
    titles: [
      "Kernel #getKernelWorkGroupInfo should return the good type for KERNEL_LOCAL_MEM_SIZE",
      "Kernel #getKernelWorkGroupInfo should return the good type for KERNEL_PRIVATE_MEM_SIZE",
    ],
  },
  {
    reason:
      "indexes the ArrayBuffer that SVMAlloc gives in node-opencl 0.4.5; another case wants it not to be indexable",
    message: /^Unspecified AssertionError/,
    titles: ["SVM # enqueueSVMMemcpy should update the destination SVM buffer"],
  },
  {
    reason: "wants 8 bytes none of which is there: before a map is complete the buffer is empty here",
    message: /^expected 8 to equal 0/,
    titles: ["CommandQueue # enqueueMapBuffer should not be able to read from a not already allocated pointer"],
  },
  {
    reason: "a function of OpenCL 1 that OpenCL 3.0 still has, and this package too",
    message:
      /^expected \[Function: create(CommandQueue|Sampler)\] to equal undefined|^expected \[Function: enqueueTask\]/,
    titles: [
      "CommandQueue #createCommandQueue should be undefined as function does not exist in this version of OpenCL",
      "CommandQueue #enqueueTask should be undefined as function does not exist in this version of OpenCL",
      "Sampler #createSampler should be undefined as function does not exist in this version of OpenCL",
    ],
  },
]

/** Files of the suite that can't be loaded. */
export const excludedFiles: Readonly<Record<string, string>> = {
  "test_leak1.js": "needs memwatch-next, which hasn't built since Node 8: memory.test.ts counts what it would watch",
}
