import { existsSync, readdirSync, realpathSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { isBroadFolder } from "@strongroom/core/node"

/** Where Linux distributions keep libraries, programs and their settings, and what a process may know of the machine. */
const systemPlaces = [
  ...["/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc", "/nix/store", "/gnu/store"],
  ...["/proc", "/sys"],
]

/**
 * What the code of a vault needs to read: the system's folders, Node and its libraries, and the packages that the
 * modules belong to or can import. Nothing of the user's own besides.
 *
 * @param modules are `file:` URLs.
 */
export function readPlaces(node: string, modules: readonly (string | URL)[]): readonly string[] {
  const program = real(node)
  const libraries = program === undefined ? undefined : join(dirname(dirname(program)), "lib")
  const places = [...systemPlaces, program, libraries, ...modules.flatMap((url) => packagePlaces(fileURLToPath(url)))]
  return [...new Set(places.flatMap((place) => (place === undefined ? [] : (real(place) ?? []))))]
}

/**
 * The folder of the package that holds `file`, and every node_modules folder that Node searches for what it imports. A
 * package.json in a home doesn't make that home a package: then it is the module's own folder, or its file alone.
 */
function packagePlaces(file: string): readonly string[] {
  const path = real(file) ?? file
  const places = [path]
  let isPackageFound = false
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (!isPackageFound && existsSync(join(folder, "package.json"))) {
      isPackageFound = true
      if (!isBroadFolder(folder)) places.push(folder)
      else if (!isBroadFolder(dirname(path))) places.push(dirname(path))
    }
    const modules = join(folder, "node_modules")
    if (existsSync(modules)) places.push(modules, ...linkedPackages(modules))
    if (folder === dirname(folder)) return places
  }
}

/** Packages that lie elsewhere: those of a workspace, or linked by hand. */
function linkedPackages(modules: string): readonly string[] {
  return readdirSync(modules, { withFileTypes: true }).flatMap((entry) => {
    const path = join(modules, entry.name)
    // A link to what is no package could be to anything: a home, or the root.
    if (entry.isSymbolicLink()) return existsSync(join(path, "package.json")) && !isBroadFolder(path) ? [path] : []
    return entry.name.startsWith("@") && entry.isDirectory() ? linkedPackages(path) : []
  })
}

function real(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
