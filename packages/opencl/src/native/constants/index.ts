/**
 * The constants of OpenCL 3.0's headers (CL/cl.h and, of CL/cl_ext.h, the extensions of Khronos, EXT, Intel, Nvidia and
 * AMD), without their prefix CL_. Negative ones are in status.ts.
 */
export * from "./command-queue.js"
export * from "./context.js"
export * from "./device.js"
export * from "./event.js"
export * from "./extension-amd.js"
export * from "./extension-ext.js"
export * from "./extension-intel.js"
export * from "./extension-khr.js"
export * from "./extension-nvidia.js"
export * from "./image.js"
export * from "./kernel.js"
export * from "./memory.js"
export * from "./platform.js"
export * from "./program.js"
export * from "./sampler.js"
