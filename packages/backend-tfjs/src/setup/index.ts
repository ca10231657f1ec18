/**
 * Builds tfjs-node where its own installer can't download what it wants: its npm package's C++ against the TensorFlow of a
 * Python wheel, both by their hashes.
 *
 * @module
 */
import { existsSync } from "node:fs"
import { rm } from "node:fs/promises"
import { hasNvidiaDevice } from "../cuda.js"
import { buildTfjs } from "./build.js"
import { type BindingState, checkBinding } from "./check.js"
import { findCompiler } from "./compiler.js"
import { prepareFolder, refuseChangeable } from "./folder.js"
import { changeableSetup } from "./native-files.js"
import { addNvidia, hasNvidia, nvidiaFolder } from "./nvidia.js"
import { nvidiaWheels } from "./pins.js"
import { defaultSetupFolder, packageIn, placeOf, type SetupName } from "./place.js"
import { checkPlatform } from "./platform.js"

export type { BindingState } from "./check.js"
export { defaultSetupFolder, type SetupName } from "./place.js"

/** Whether NVIDIA's libraries are brought: {@link SetUpOptions.nvidia}. */
export type NvidiaChoice = "auto" | "always" | "never"

export interface SetUpOptions {
  /** Where it goes, beside other releases. Default: {@link defaultSetupFolder}. */
  readonly folder?: string
  /** The command of a C++ compiler: `"clang++-16"`. Default: CXX, or what is in PATH. */
  readonly compiler?: string
  /**
   * With `tfjs-gpu`: whether NVIDIA's CUDA 12 and cuDNN are brought, too, 2.8 GB to download and 4 GB on disk. `"auto"`:
   * where there is an NVIDIA GPU and TensorFlow doesn't use it without them. `"always"`: for an image that is made on a
   * machine without a GPU, too. Default: `"auto"`.
   */
  readonly nvidia?: NvidiaChoice
  readonly signal?: AbortSignal
  /** What is being done, and how far that is: `total` is 0 where nobody knows. */
  readonly onProgress?: (step: string, doneBytes: number, totalBytes: number) => void
}

export interface SetUpResult extends BindingState {
  readonly name: SetupName
  /** The folder of this release. */
  readonly place: string
  /** False: all was there already, and works. */
  readonly isNew: boolean
  /** Whether NVIDIA's libraries are there. */
  readonly hasNvidia: boolean
}

const nvidiaChoices: readonly NvidiaChoice[] = ["auto", "always", "never"]

/**
 * Sets tfjs-node up in a folder of its own, which `npm ci` doesn't touch. What is there is tried and left. All is made
 * aside and moved into place at the end, so that what is there is whole; an interrupted download is gone on with. NVIDIA's
 * libraries come afterwards, in the same way.
 *
 * @throws StrongroomError `backend-missing` (another platform, no compiler, what npm or the compiler says),
 * `source-changed` (other bytes than those this release was made for), `source-missing`, `source-unreadable`, `sink-failed`
 * (no folder can be made there, or others can write in it). RangeError for `nvidia: "always"` without `tfjs-gpu`, and for
 * other words.
 */
export async function setUp(name: SetupName, options: SetUpOptions = {}): Promise<SetUpResult> {
  const { folder = defaultSetupFolder(), compiler, nvidia = "auto", onProgress = () => {} } = options
  const signal = options.signal ?? new AbortController().signal
  if (!nvidiaChoices.includes(nvidia)) throw new RangeError(`nvidia is one of ${nvidiaChoices.join(", ")}.`)
  if (nvidia === "always" && name !== "tfjs-gpu") throw new RangeError("NVIDIA's libraries are for tfjs-gpu.")
  checkPlatform()
  const place = placeOf(name, folder)
  const tfjs = packageIn(name, place)
  const isThere = existsSync(place)
  if (!isThere) findCompiler(compiler)
  const downloads = await prepareFolder(folder)
  const aside = `${place}.${process.pid}`
  if (isThere) refuseChangeable(changeableSetup(tfjs))
  let state = isThere
    ? await checkBinding(name, tfjs, signal)
    : await buildTfjs(name, { place, aside, downloads }, compiler, signal, onProgress)

  const isWanted = nvidia === "always" || (nvidia === "auto" && !state.isUsingGpuDevice && hasNvidiaDevice())
  const isNvidiaNew = name === "tfjs-gpu" && isWanted && !hasNvidia(tfjs)
  if (isNvidiaNew) {
    await addNvidia(nvidiaWheels, { tfjs, downloads, aside }, signal, onProgress)
    onProgress("Trying it", 0, 0)
    state = await checkBinding(name, tfjs, signal).catch(async (error) => {
      await rm(nvidiaFolder(tfjs), { recursive: true })
      throw error
    })
  }
  return { name, place, isNew: !isThere || isNvidiaNew, hasNvidia: hasNvidia(tfjs), ...state }
}
