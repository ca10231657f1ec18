import { chmod, mkdir, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { compileBinding, libraries, stripLibraries } from "./binding.js"
import { type BindingState, checkBinding } from "./check.js"
import { closeToOthers } from "./close-to-others.js"
import { downloadWheel } from "./download.js"
import { installPackages } from "./install.js"
import { tensorflowWheels } from "./pins.js"
import { packageIn, type SetupName } from "./place.js"
import { unpack } from "./unpack.js"

/** TensorFlow's headers of its C interface. */
const headerForm = /^tensorflow\/include\/((tensorflow\/(c|core\/platform)|tsl\/platform|xla\/tsl\/c)\/.*\.h)$/

export interface BuildFolders {
  /** Where it is in the end. */
  readonly place: string
  /** On the same file system, and not there yet. */
  readonly aside: string
  readonly downloads: string
}

/** Builds tfjs-node aside, tries it, and moves it into place. @throws what the steps throw. */
export async function buildTfjs(
  name: SetupName,
  { place, aside, downloads }: BuildFolders,
  compiler: string | undefined,
  signal: AbortSignal,
  onProgress: (step: string, doneBytes: number, totalBytes: number) => void,
): Promise<BindingState> {
  const wheel = tensorflowWheels[name]
  const { project, byteLength } = wheel
  const archive = join(downloads, wheel.file)
  await downloadWheel(wheel, archive, signal, (done) => onProgress(`Downloading ${project}`, done, byteLength))
  try {
    // Nobody else gets in while what lies there is as the umask leaves it.
    await mkdir(aside, 0o700)
    onProgress("Installing tfjs-node", 0, 0)
    await installPackages(name, aside, signal)
    const tfjs = packageIn(name, aside)
    const include = join(aside, "include")
    const progress = (done: number) => onProgress(`Unpacking ${project}`, done, byteLength)
    await unpack(archive, (entry) => placeOfEntry(entry, tfjs, include), signal, progress)
    const folders = { tfjs, headers: [join(aside, "node_modules/node-api-headers/include"), include] }
    onProgress("Compiling the binding", 0, 0)
    await stripLibraries(folders, signal)
    await compileBinding(folders, compiler, signal)
    await rm(include, { recursive: true })
    onProgress("Trying it", 0, 0)
    const state = await checkBinding(name, tfjs, signal)
    await closeToOthers(aside)
    await chmod(aside, 0o755)
    await rename(aside, place)
    await rm(archive)
    return state
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

function placeOfEntry(entry: string, tfjs: string, include: string): string | undefined {
  const library = libraries.find((name) => entry === `tensorflow/${name}`)
  if (library !== undefined) return join(tfjs, "deps/lib", library)
  const header = headerForm.exec(entry)?.[1]
  return header === undefined ? undefined : join(include, header)
}
