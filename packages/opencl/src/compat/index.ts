/** node-opencl's functions and constants. */
export * from "../native/constants/index.js"
export * from "./buffer.js"
export * from "./command-buffer.js"
export * from "./command-buffer-rect.js"
export * from "./command-image.js"
export * from "./command-kernel.js"
export * from "./command-map.js"
export * from "./command-queue.js"
export * from "./command-recording.js"
export * from "./command-sync.js"
export * from "./context.js"
export * from "./device.js"
export * from "./errors.js"
export * from "./event.js"
export * from "./image.js"
export * from "./kernel.js"
export { type ArgumentValue, cloneKernel, setKernelArg } from "./kernel-argument.js"
export * from "./mem-object.js"
export {
  type CLCommandBuffer,
  type CLCommandQueue,
  type CLContext,
  type CLDeviceId,
  type CLEvent,
  type CLKernel,
  type CLMem,
  type CLObject,
  type CLPlatformId,
  type CLProgram,
  type CLSampler,
  releaseAll,
} from "./objects.js"
export * from "./pipe.js"
export * from "./platform.js"
export * from "./program.js"
export * from "./program-build.js"
export * from "./program-create.js"
export * from "./sampler.js"
export * from "./sizes.js"
export * from "./svm.js"
export * from "./webcl.js"

/** node-opencl's way to say what its headers had. What the device has is in DEVICE_VERSION. */
export const CL_VERSION_1_2 = true
export const CL_VERSION_2_0 = true
