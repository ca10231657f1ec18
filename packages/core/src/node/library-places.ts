import { readdirSync, realpathSync } from "node:fs"
import { homedir, tmpdir, userInfo } from "node:os"
import { dirname, join, sep } from "node:path"

/** libthing.so, libthing.so.1.2 */
const libraryForm = /\.so(\.\d+)*$/

/**
 * What loading a library by its absolute path needs to read, for a backend's `needs.read`: the folder that it lies in, and
 * the one in which it really does, since libraries look for others and for data beside them. Of a home and its like, which
 * {@link isBroadFolder} knows, only the file and the libraries beside it.
 */
export function libraryPlaces(path: string): readonly string[] {
  const paths = [...new Set([path, real(path)])]
  return [...new Set(paths.flatMap((each) => (isBroadFolder(dirname(each)) ? libraryFiles(each) : [dirname(each)])))]
}

/**
 * Whether a folder has so much more in it than one program's files that a vault mustn't be able to read all of it: the
 * user's home, by the user database and by HOME, places for temporary files, and each folder that one of them lies in.
 */
export function isBroadFolder(folder: string): boolean {
  const place = real(folder)
  const homes = [...ownHomes(), tmpdir(), "/tmp", "/var/tmp", "/dev/shm"].map(real)
  return homes.some((home) => home === place || home.startsWith(place.endsWith(sep) ? place : place + sep))
}

function libraryFiles(path: string): readonly string[] {
  const folder = dirname(path)
  try {
    const libraries = readdirSync(folder).filter((name) => libraryForm.test(name))
    return [path, ...libraries.map((name) => join(folder, name))]
  } catch {
    return [path]
  }
}

/** HOME's, and the user database's. Users without an entry there, as containers have them, may have neither. */
function ownHomes(): readonly string[] {
  return [homedir, () => userInfo().homedir].flatMap((find) => {
    try {
      return [find()]
    } catch {
      return []
    }
  })
}

function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
