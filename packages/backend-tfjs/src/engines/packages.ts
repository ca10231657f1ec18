import { existsSync, readFileSync, realpathSync } from "node:fs"
import { createRequire } from "node:module"
import { basename, dirname, join, sep } from "node:path"
import { fileURLToPath } from "node:url"

/** Folders of installed packages, as `from` (a file or file: URL) resolves their names; `undefined` where one isn't. */
export function packageFolders(from: string | URL, names: readonly string[]): readonly string[] | undefined {
  const folders = names.map((name) => packageFolder(from, name))
  return folders.every((folder) => folder !== undefined) ? folders : undefined
}

/** The folder of one package, by its real path. Not every package lets its package.json be resolved: folders are searched. */
export function packageFolder(from: string | URL, name: string): string | undefined {
  const found = searchedFolders(from, name)
    .map((folder) => join(folder, name))
    .find((folder) => existsSync(join(folder, "package.json")))
  return found && realpathSync(found)
}

/**
 * Without Node's global folders: these are where NODE_PATH says, and in the user's home, and what is found there would run in
 * the vault.
 */
function searchedFolders(from: string | URL, name: string): readonly string[] {
  const file = from instanceof URL || from.startsWith("file:") ? fileURLToPath(from) : from
  const isAround = (folder: string) =>
    basename(folder) === "node_modules" && file.startsWith(join(dirname(folder), sep))
  return (createRequire(from).resolve.paths(name) ?? []).filter(isAround)
}

/** Loads modules as a package's own code would, from its folder: the copies that it uses. */
export function requireFrom(folder: string): NodeJS.Require {
  return createRequire(join(folder, "package.json"))
}

/** The folder of an installed package and those of all that it depends on, by its package.json and theirs. */
export function packageTree(folder: string): readonly string[] {
  const folders = new Set<string>()
  const left = [folder]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (folders.has(next)) continue
    folders.add(next)
    const manifest = join(next, "package.json")
    const { dependencies = {} } = JSON.parse(readFileSync(manifest, "utf8"))
    left.push(...Object.keys(dependencies).flatMap((name) => packageFolder(manifest, name) ?? []))
  }
  return [...folders]
}
