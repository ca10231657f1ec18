import { onnxruntime } from "@strongroom/backend-onnxruntime"
import { opencl } from "@strongroom/backend-opencl"
import type { Backend } from "@strongroom/core/backend"

/** Backends that cases can be run on, by name. */
export const engines: Readonly<Record<string, () => Backend>> = {
  opencl: () => opencl(driverOptions()),
  // No app can choose it: what a GPU's kernels compute doesn't depend on the device.
  "opencl-gpu-kernels": () => {
    const backend = opencl(driverOptions())
    return { ...backend, options: { ...(backend.options as object), kernels: "gpu" } }
  },
  // What ONNX Runtime makes of the cases, beside which an engine's own results are read.
  onnxruntime: () => onnxruntime({ threads: 1 }),
}

/** Of the one driver that this process was started with the variables of (scripts/lib/drivers.mjs). */
function driverOptions(): { drivers?: string; library?: string } {
  const { OCL_ICD_VENDORS: drivers, STRONGROOM_OPENCL_LIBRARY: library } = process.env
  return { ...(drivers && { drivers }), ...(library && { library }) }
}
