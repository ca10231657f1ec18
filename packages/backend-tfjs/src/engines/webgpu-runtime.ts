import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu"
import type { Runtime } from "../runtime.js"
import { clearedBuffers } from "./webgpu-buffers.js"
import { failuresOf } from "./webgpu-failures.js"
import { ownTensors } from "./webgpu-tensors.js"

/**
 * WebGPU, when it is TensorFlow.js's engine already: in Node and in pages. Nothing may have been computed on `backend`
 * yet.
 */
export function webgpuRuntime(
  tf: Runtime["tf"],
  converter: Runtime["converter"],
  backend: WebGPUBackend,
  { device, driver, compiled }: Pick<Runtime, "device" | "driver" | "compiled">,
): Runtime {
  const failures = failuresOf(backend.device)
  const buffers = clearedBuffers(backend.device, failures.outOfMemory)
  // Its type is a class with private members; these are all that is used of it.
  backend.bufferManager = buffers as unknown as typeof backend.bufferManager
  return {
    tf,
    converter,
    backend: "webgpu",
    title: "WebGPU",
    device,
    driver,
    rehearses: false,
    hasComplexNumbers: false,
    ...(compiled && { compiled }),
    ...ownTensors(backend),
    async check() {
      try {
        await failures.check()
      } catch (error) {
        buffers.forget()
        throw error
      }
    },
  }
}
