import type { Dirent } from "node:fs"
import { readdir, realpath, stat } from "node:fs/promises"
import { basename, dirname, join, resolve, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { StrongroomError } from "../errors.js"
import { importFiles } from "../import/files.js"
import { closeAll, type ImportedModel } from "../import/imported.js"
import { importOnnx, isOnnx } from "../import/onnx.js"
import { importOpencl, isOpencl } from "../import/opencl.js"
import { importSavedModel, isSavedModelGraph, type SavedModelChoice } from "../import/saved-model.js"
import { importTfjs, isTfjs } from "../import/tfjs.js"
import type { Source } from "../source/source.js"
import { namedFileSource } from "./file-source.js"
import { sourceFailure } from "./system-error.js"

export interface ImportPathOptions {
  readonly signal?: AbortSignal
  /** Which function of a SavedModel; nothing else has a choice. Default: `serving_default`, or the only one. */
  readonly savedModel?: SavedModelChoice
}

// Parts' names stay out of messages, also the publisher's own.
const modelFile = "The model's file"
const namedFile = "A file that the model names"
const folderFile = "A file of the folder"

/**
 * The model at a path, as `strongroom seal` takes it:
 *
 * - A file named `*.onnx`, and any other whose content is an ONNX model: {@link importOnnx}, with the files that its
 *   tensors name. A `*.onnx` that isn't one is refused.
 * - A file named `*.json` whose content is a TensorFlow.js model: {@link importTfjs}, with its weight files. A
 *   `model.json` that isn't JSON is refused.
 * - A file named `*.json` that describes a bundle of OpenCL C: {@link importOpencl}, with the files that it names.
 * - A folder with a saved_model.pb: {@link importSavedModel}, with all files in it and below it.
 * - Any other folder: all files in it and below it as they are, sorted by name.
 * - Any other file: as it is.
 *
 * Files that a model names must be below its own folder, also when symbolic links are followed. Files are opened when
 * they are first read; `close()` of what is returned closes them all.
 *
 * @throws StrongroomError `source-missing`, `source-unreadable`, `import-failed`.
 * @throws TypeError for `savedModel` with what isn't one.
 */
export async function importPath(path: string | URL, options: ImportPathOptions = {}): Promise<ImportedModel> {
  options.signal?.throwIfAborted()
  const place = path instanceof URL ? fileURLToPath(path) : path
  if (typeof place !== "string" || place === "") throw new TypeError("importPath needs a path.")
  const status = await stat(place).catch((error: unknown) => {
    throw sourceFailure(error, place)
  })
  if (status.isDirectory()) return importFolder(place, options)
  checkNoChoice(options)
  const source = namedFileSource(place, modelFile)
  try {
    return await importFile(resolve(place), source, options)
  } catch (error) {
    await source.close()
    throw error
  }
}

async function importFile(path: string, source: Source, options: ImportPathOptions): Promise<ImportedModel> {
  const name = basename(path)
  const beside = async (location: string) =>
    namedFileSource(await pathBelow(dirname(path), location, namedFile), namedFile)
  const isNamedOnnx = /\.onnx$/i.test(name)
  if (isNamedOnnx || (await isOnnx(source, options.signal))) return importOnnx(source, beside, options)
  if (/\.json$/i.test(name) && (await isTfjs(source, options.signal, name === "model.json"))) {
    return importTfjs(source, beside, options)
  }
  if (/\.json$/i.test(name) && (await isOpencl(source, options.signal))) return importOpencl(source, beside, options)
  return importFiles([{ name, source }])
}

function checkNoChoice({ savedModel }: ImportPathOptions): void {
  if (savedModel === undefined) return
  throw new TypeError(
    "A signature and tags are chosen of a SavedModel: a folder with a saved_model.pb. This isn't one.",
  )
}

async function importFolder(path: string, options: ImportPathOptions): Promise<ImportedModel> {
  const files: { name: string; source: Source }[] = []
  const folders = [""]
  for (const folder of folders) {
    for (const entry of await list(join(path, folder))) {
      const name = folder === "" ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) folders.push(name)
      else files.push({ name, source: namedFileSource(await fileOfFolder(path, name, entry), folderFile) })
    }
  }
  // By code units, so that the order is the same on every machine.
  files.sort((a, b) => (a.name < b.name ? -1 : 1))
  if (!files.some(({ name }) => isSavedModelGraph(name))) {
    checkNoChoice(options)
    return importFiles(files)
  }
  try {
    return await importSavedModel(files, { ...options.savedModel, ...(options.signal && { signal: options.signal }) })
  } catch (error) {
    await closeAll(files.map(({ source }) => source))
    throw error
  }
}

async function list(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    throw sourceFailure(error, "The folder, or one below it,")
  }
}

/** The path of a file, or of the file that a link in the folder leads to. Anything else is refused. */
async function fileOfFolder(root: string, name: string, entry: Dirent): Promise<string> {
  if (entry.isFile()) return join(root, name)
  if (entry.isSymbolicLink()) {
    const path = await pathBelow(root, name, folderFile)
    if ((await stat(path)).isFile()) return path
  }
  throw new StrongroomError(
    "import-failed",
    "The folder holds something that is neither a file nor a folder, or a link to a folder. Take it away, or copy the " +
      "model to a folder of its own (cp -rL).",
  )
}

/** The real path of `location` in `folder`, which it must not leave by a link. */
async function pathBelow(folder: string, location: string, name: string): Promise<string> {
  try {
    const root = await realpath(folder)
    const path = await realpath(join(root, ...location.split("/")))
    if (path.startsWith(root.endsWith(sep) ? root : root + sep)) return path
  } catch (error) {
    throw sourceFailure(error, name)
  }
  throw new StrongroomError(
    "import-failed",
    `${name} is a link that leads out of the model's folder. Copy the model with what its links lead to (cp -rL), and ` +
      "import the copy.",
  )
}
