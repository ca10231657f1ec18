import { join } from "node:path"
import { type OpenclOptions, opencl } from "@strongroom/backend-opencl"
import type { Backend } from "@strongroom/core/backend"
import { driver, optionsFor } from "@strongroom/test-machine"

/** What Intel's driver is linked with, in an order in which each finds those before it. */
const intelLibraries = [
  ...["libigdgmm.so.12", "libiga64.so.1", "libLLVMSPIRVLib.so.14", "libopencl-clang.so.14"],
  ...["libigc.so.1", "libigdfcl.so.1"],
]

export const pocl = (options: OpenclOptions = {}): Backend => opencl({ ...optionsFor("pocl"), ...options })

/**
 * Intel's driver as it is without a GPU, by debug keys that no app would set: it compiles, and computes nothing. It was
 * unpacked, not installed, so that its libraries aren't where a vault finds them.
 */
export function intelGpu(): Backend {
  const { OCL_ICD_VENDORS: _, LD_LIBRARY_PATH: folder = "", ...environment } = driver("intel-gpu")
  const libraries = intelLibraries.map((name) => join(folder, name))
  const backend = opencl({ ...optionsFor("intel-gpu"), libraries, read: [folder] })
  return { ...backend, needs: { ...backend.needs, environment: { ...backend.needs.environment, ...environment } } }
}
