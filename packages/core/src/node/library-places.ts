import { readdirSync, realpathSync } from "node:fs"
import { homedir, tmpdir, userInfo } from "node:os"
import { dirname, join, sep } from "node:path"

/** libthing.so, libthing.so.1.2 */
const libraryForm = /\.so(\.\d+)*$/

/**
 * What loading a library by its path needs to read, for a backend's `needs.read`: the folder that it lies in, and the one in
 * which it really does, since libraries look for others and for data beside them. Of a folder that {@link isEverybodys},
 * only the file and the libraries beside it.
 */
export function libraryPlaces(path: string): readonly string[] {
  const paths = [...new Set([path, real(path)])]
  return [...new Set(paths.flatMap((each) => (isEverybodys(dirname(each)) ? libraryFiles(each) : [dirname(each)])))]
}

/**
 * Whether a folder is so much more than the place of one program's files that no vault should be open for it: the user's
 * home and what that lies in, and places for temporary files. The home is the one of the user database and HOME's.
 */
export function isEverybodys(folder: string): boolean {
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
