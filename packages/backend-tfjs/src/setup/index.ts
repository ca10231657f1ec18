/**
 * Builds tfjs-node where its own installer can't download what it wants: its npm package's C++ against the TensorFlow of a
 * Python wheel, both by their hashes.
 *
 * @module
 */
import { existsSync } from "node:fs"
import { mkdir, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { StrongroomError } from "@strongroom/core/backend"
import { compileBinding, libraries, stripLibraries } from "./binding.js"
import { type BindingState, checkBinding } from "./check.js"
import { findCompiler } from "./compiler.js"
import { downloadWheel } from "./download.js"
import { installPackages } from "./install.js"
import { nvidiaWheels, tensorflowWheels, type Wheel } from "./pins.js"
import { defaultSetupFolder, placeOf, type SetupName, setupPackages } from "./place.js"
import { checkPlatform } from "./platform.js"
import { unpack } from "./unpack.js"

export type { BindingState } from "./check.js"
export { defaultSetupFolder, type SetupName } from "./place.js"

export interface SetUpOptions {
  /** Where it goes, beside other releases. Default: {@link defaultSetupFolder}. */
  readonly folder?: string
  /** The command of a C++ compiler: `"clang++-16"`. Default: CXX, or what is in PATH. */
  readonly compiler?: string
  /** With `tfjs-gpu`: NVIDIA's libraries too, 2.8 GB to download. Default: no, for machines that have CUDA 12. */
  readonly nvidia?: boolean
  readonly signal?: AbortSignal
  /** What is being done, and how far that is: `total` is 0 where nobody knows. */
  readonly onProgress?: (step: string, doneBytes: number, totalBytes: number) => void
}

export interface SetUpResult extends BindingState {
  readonly name: SetupName
  /** The folder of this release. */
  readonly place: string
  /** False: it was there already, and works. */
  readonly isNew: boolean
}

/**
 * Sets tfjs-node up in a folder of its own, which `npm ci` doesn't touch. What is there is tried and left. All is made
 * aside and moved into place at the end, so that what is there is whole; an interrupted download is gone on with.
 *
 * @throws StrongroomError `backend-missing` (another platform, no compiler, what npm or the compiler says),
 * `source-changed` (other bytes than those this release was made for), `source-missing`, `source-unreadable`, `sink-failed`
 * (no folder can be made there). RangeError for `nvidia` without `tfjs-gpu`.
 */
export async function setUp(name: SetupName, options: SetUpOptions = {}): Promise<SetUpResult> {
  const { folder = defaultSetupFolder(), compiler, nvidia = false, onProgress = () => {} } = options
  const signal = options.signal ?? new AbortController().signal
  if (nvidia && name !== "tfjs-gpu") throw new RangeError("NVIDIA's libraries are for tfjs-gpu.")
  checkPlatform()
  const place = placeOf(name, folder)
  const tfjsIn = (root: string) => join(root, "node_modules", setupPackages[name])
  const wheels = [tensorflowWheels[name], ...(nvidia ? nvidiaWheels : [])]
  if (existsSync(place) && (!nvidia || existsSync(join(tfjsIn(place), "deps/nvidia")))) {
    return { name, place, isNew: false, ...(await checkBinding(tfjsIn(place), signal)) }
  }
  findCompiler(compiler)

  const downloads = join(folder, "downloads")
  await mkdir(downloads, { recursive: true }).catch((cause) => {
    const message = "The folder for tfjs-node can't be made: name another one (setup's --folder), or make room for it."
    throw new StrongroomError("sink-failed", message, { cause })
  })
  const aside = `${place}.${process.pid}`
  try {
    for (const wheel of wheels) {
      const progress = (done: number) => onProgress(`Downloading ${wheel.project}`, done, wheel.byteLength)
      await downloadWheel(wheel, join(downloads, wheel.file), signal, progress)
    }
    await mkdir(aside, { recursive: true })
    onProgress("Installing tfjs-node", 0, 0)
    await installPackages(name, aside, signal)
    const tfjs = tfjsIn(aside)
    const include = join(aside, "include")
    for (const wheel of wheels) await unpackWheel(wheel, join(downloads, wheel.file), { tfjs, include })
    const folders = { tfjs, headers: [join(aside, "node_modules/node-api-headers/include"), include] }
    onProgress("Compiling the binding", 0, 0)
    await stripLibraries(folders, signal)
    await compileBinding(folders, compiler, signal)
    await rm(include, { recursive: true })
    onProgress("Trying it", 0, 0)
    const state = await checkBinding(tfjs, signal)
    await rm(place, { recursive: true, force: true })
    await rename(aside, place)
    for (const { file } of wheels) await rm(join(downloads, file))
    return { name, place, isNew: true, ...state }
  } finally {
    await rm(aside, { recursive: true, force: true })
  }

  async function unpackWheel(
    { project, byteLength }: Wheel,
    archive: string,
    to: { readonly tfjs: string; readonly include: string },
  ): Promise<void> {
    const progress = (done: number) => onProgress(`Unpacking ${project}`, done, byteLength)
    await unpack(archive, (entry) => placeOfEntry(entry, to), signal, progress)
  }
}

/** TensorFlow's headers of its C interface. */
const headerForm = /^tensorflow\/include\/((tensorflow\/(c|core\/platform)|tsl\/platform|xla\/tsl\/c)\/.*\.h)$/

/** NVIDIA's libraries, the compiler of their assembly, and its library of functions: TensorFlow looks in `deps/nvidia`. */
const nvidiaForm = /^nvidia\/(.*\/lib\/.*\.so[.\d]*|cuda_nvcc\/(bin|nvvm)\/.*)$/

function placeOfEntry(entry: string, { tfjs, include }: { tfjs: string; include: string }): string | undefined {
  const library = libraries.find((name) => entry === `tensorflow/${name}`)
  if (library !== undefined) return join(tfjs, "deps/lib", library)
  const header = headerForm.exec(entry)?.[1]
  if (header !== undefined) return join(include, header)
  return nvidiaForm.test(entry) && !entry.endsWith("/") ? join(tfjs, "deps", entry) : undefined
}
