import { existsSync } from "node:fs"
import { mkdir, rename, rm, symlink } from "node:fs/promises"
import { dirname, join } from "node:path"
import { closeToOthers } from "./close-to-others.js"
import { downloadWheel } from "./download.js"
import type { Wheel } from "./pins.js"
import { unpack } from "./unpack.js"

/** NVIDIA's libraries, the compiler of their assembly, and its library of functions. */
const wantedForm = /^nvidia\/(.*\/lib\/.*\.so[.\d]*|cuda_nvcc\/(bin|nvvm)\/.*)$/

/**
 * Where libraries are looked for in vain otherwise, from the folder of all: each looks in folders that are written in it
 * (DT_RUNPATH). TensorFlow's framework, which opens CUDA's, has none for cuSOLVER, and then uses no GPU; cuDNN has one for
 * NVRTC by the name without `cuda_`.
 */
const links = [
  { at: "cusparse/lib/libcusolver.so.11", to: "../../cusolver/lib/libcusolver.so.11" },
  { at: "nvrtc", to: "cuda_nvrtc" },
] as const

/** Where TensorFlow looks for them: beside its own libraries, as both lie in Python's packages. */
export const nvidiaFolder = (tfjs: string) => join(tfjs, "deps/nvidia")

export const hasNvidia = (tfjs: string) => existsSync(nvidiaFolder(tfjs))

export interface NvidiaFolders {
  /** tfjs-node-gpu's, whole. */
  readonly tfjs: string
  /** Where wheels are downloaded to; what was unpacked is removed. */
  readonly downloads: string
  /** On the same file system as `tfjs`, and not there yet. */
  readonly aside: string
}

/**
 * Puts NVIDIA's libraries beside tfjs-node-gpu, all of them or none.
 *
 * @throws what {@link downloadWheel} throws.
 */
export async function addNvidia(
  wheels: readonly Wheel[],
  { tfjs, downloads, aside }: NvidiaFolders,
  signal: AbortSignal,
  onProgress: (step: string, doneBytes: number, totalBytes: number) => void,
): Promise<void> {
  const archiveOf = ({ file }: Wheel) => join(downloads, file)
  for (const wheel of wheels) {
    const { project, byteLength } = wheel
    await downloadWheel(wheel, archiveOf(wheel), signal, (done) =>
      onProgress(`Downloading ${project}`, done, byteLength),
    )
  }
  try {
    // Nobody else gets in while what lies there is as the umask leaves it.
    await mkdir(aside, 0o700)
    for (const wheel of wheels) {
      const { project, byteLength } = wheel
      const progress = (done: number) => onProgress(`Unpacking ${project}`, done, byteLength)
      const placeOf = (entry: string) => (isWanted(entry) ? join(aside, entry) : undefined)
      await unpack(archiveOf(wheel), placeOf, signal, progress)
    }
    const nvidia = join(aside, "nvidia")
    for (const { at, to } of links) {
      // Of a release in which it lies there already, or the library is gone, nothing is to be linked.
      if (existsSync(join(nvidia, at)) || !existsSync(join(nvidia, dirname(at), to))) continue
      await symlink(to, join(nvidia, at))
    }
    await closeToOthers(nvidia)
    await rename(nvidia, nvidiaFolder(tfjs))
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
  for (const wheel of wheels) await rm(archiveOf(wheel))
}

const isWanted = (entry: string) => wantedForm.test(entry) && !entry.endsWith("/")
