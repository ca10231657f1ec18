import { existsSync } from "node:fs"

export const noNvidiaDevice = "This machine has no device of NVIDIA's."

/** Of NVIDIA's driver: links to files with its release in their names. Without them TensorFlow looks for no device. */
const driver = { cuda: "libcuda.so.1", management: "libnvidia-ml.so.1" } as const

/**
 * CUDA's, by the names under which TensorFlow 2.21 opens them once it sees a GPU. If one is missing it uses none: seen in
 * its log, with a driver that was made up.
 */
const cudaLibraries = [
  ...["libcudart.so.12", "libcublas.so.12", "libcublasLt.so.12", "libcufft.so.11"],
  ...["libcusolver.so.11", "libcusparse.so.12", "libcudnn.so.9"],
] as const

/** The names of the shared libraries in a process's /proc/PID/maps: of files, to which the names that are opened may lead. */
export function librariesIn(maps: string): readonly string[] {
  return [...new Set(Array.from(maps.matchAll(/\/([^/\s]+\.so[.\d]*)$/gm), ([, name]) => name as string))]
}

/**
 * Why TensorFlow, which has started, computes on the CPU: a sentence or two. TensorFlow says it only in its log; what it has
 * opened tells the same.
 *
 * @param loaded are the names of this process's libraries.
 */
export function whyNoGpu(loaded: readonly string[], hasDevice = hasNvidiaDevice()): string {
  const has = (name: string) => loaded.some((file) => file === name || file.startsWith(`${name}.`))
  // The driver's release takes the place of the 1: libcuda.so.570.133.07.
  const hasOfDriver = (name: string) => has(name.replace(/\.1$/, ""))
  const { cuda, management } = driver
  if (!hasDevice) return noNvidiaDevice
  if (!hasOfDriver(cuda)) return `NVIDIA's driver isn't installed for programs: there is no ${cuda}.`
  if (!hasOfDriver(management)) {
    return `NVIDIA's driver can't be started, or has no ${management}, as in containers without the capability "utility".`
  }
  const missing = cudaLibraries.filter((name) => !has(name))
  if (missing.length === 0) return "TensorFlow has all of CUDA's libraries, and uses none of the GPUs."
  return (
    `TensorFlow didn't open ${missing.join(", ")}: if this machine has them, it sees no GPU; ` +
    'if not, run "npx strongroom setup tfjs-gpu --nvidia always".'
  )
}

/** A vault may ask whether a device node is there, but can't list /dev. */
export const hasNvidiaDevice = () => existsSync("/dev/nvidiactl")
