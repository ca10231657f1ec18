import { StrongroomError } from "@strongroom/core/backend"
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu"
import type { Tensor, TypedArray } from "@tensorflow/tfjs-core"

/** What TensorFlow.js holds of a tensor that is on the CPU. */
type Values = ReturnType<WebGPUBackend["readSync"]>

/** Tensors of fewer elements, all of an operator's, are computed with on the CPU (WEBGPU_CPU_HANDOFF_SIZE_THRESHOLD). */
const smallerOnCpu = 1000

/**
 * Changes where a WebGPU engine of TensorFlow.js holds the elements of tensors that it is given, and how it gives them
 * back. What is computed, and where, stays as it is.
 *
 * @returns how to move a new tensor's elements to where they stay, and how to overwrite them.
 */
export function ownTensors(backend: WebGPUBackend): { upload(tensor: Tensor): void; wipe(tensor: Tensor): void } {
  const small = new WeakMap<object, TypedArray>()

  // Sizes, axes and the like are read on the CPU at each run, where TensorFlow.js has them no more once an operator has
  // had them on the GPU.
  const uploadToGPU = backend.uploadToGPU.bind(backend)
  backend.uploadToGPU = (dataId) => {
    uploadToGPU(dataId)
    const values = small.get(dataId)
    if (values !== undefined) backend.tensorMap.get(dataId).values = values
  }

  // The array that it keeps for the next read belongs to whom it gave it.
  const read = backend.read.bind(backend)
  backend.read = async (dataId) => copyOf(await read(dataId))

  const readSync = backend.readSync.bind(backend)
  backend.readSync = (dataId) => {
    const { values, dtype } = backend.tensorMap.get(dataId)
    // A page has canvases, through which TensorFlow.js reads a GPU without waiting.
    if (values || dtype === "string" || typeof OffscreenCanvas !== "undefined") return readSync(dataId)
    throw new StrongroomError(
      "backend-failed",
      "The model decides by what it has computed, which can't be read from a GPU at once: take another engine, such as wasm.",
    )
  }

  /** What was recorded may copy to a tensor's buffer: TensorFlow.js frees that of one that no operator has had at once. */
  function submit(): void {
    backend.ensureCommandEncoderReady()
    backend.endComputePassEncoder()
    backend.submitQueue()
  }

  return {
    upload({ dataId, dtype, size }) {
      if (dtype === "string") return
      const data = backend.tensorMap.get(dataId)
      if (size >= smallerOnCpu) {
        backend.uploadToGPU(dataId)
        submit()
        return
      }
      const values = (data.values as TypedArray).slice()
      data.values = values
      small.set(dataId, values)
    },
    // What is on the GPU is overwritten when it is freed.
    wipe({ dataId }) {
      small.get(dataId)?.fill(0)
    },
  }
}

function copyOf(values: Values): Values {
  return Array.isArray(values) ? [...values] : (values as TypedArray).slice()
}
