// Runtimes for models that come as Python wheels, each in a virtual environment of its own under .cache.
import { virtualEnvironment } from "./setup.mjs"

/** Every runtime's name. TensorFlow takes 1.7 GB of disk, OpenVINO 0.3, Qualcomm's provider for ONNX Runtime 0.3. */
export const runtimeNames = ["openvino", "tensorflow", "qnn"]

/**
 * Installs the runtimes that are not there yet. Gives STRONGROOM_RUNTIMES for the tests and the study: a JSON object from
 * each runtime's name to its interpreter. One that can't be had here is left out, after a line that says so; in CI that is a
 * failure.
 */
export function pythonRuntimes(names = runtimeNames) {
  const ready = {}
  for (const name of names) {
    // The wheels are made for Linux on x64.
    if (process.platform !== "linux" || process.arch !== "x64") continue
    const flags = ["--no-deps", "--no-cache-dir"]
    const python = virtualEnvironment(`scripts/requirements/${name}.txt`, `${name} is left out`, flags)
    if (python) ready[name] = python
  }
  return { STRONGROOM_RUNTIMES: JSON.stringify(ready) }
}
