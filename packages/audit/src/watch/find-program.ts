import { constants } from "node:fs"
import { access, stat } from "node:fs/promises"
import { delimiter, isAbsolute, join, resolve } from "node:path"

/**
 * The file of a program, found as a shell does: by its path if it has a slash, else in the folders of PATH.
 *
 * @throws RangeError when there is none that may be executed.
 */
export async function findProgram(name: string, folder: string, path: string): Promise<string> {
  const candidates = name.includes("/")
    ? [resolve(folder, name)]
    : path.split(delimiter).map((place) => (isAbsolute(place) ? join(place, name) : resolve(folder, place, name)))
  for (const candidate of candidates) if (await isExecutable(candidate)) return candidate
  const where = name.includes("/") ? "" : " in PATH"
  throw new RangeError(`There is no program "${name}"${where}. Give the path of one that may be executed.`)
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
