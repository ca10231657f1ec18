import { cpSync, existsSync, readFileSync, realpathSync } from "node:fs"
import { dirname, join } from "node:path"

interface PackageJson {
  readonly dependencies?: { readonly [name: string]: string }
  readonly optionalDependencies?: { readonly [name: string]: string }
  readonly files?: readonly string[]
}

/** Copies a package with all that it needs into `to`, a node_modules folder, as an installation from tarballs would. */
export function installPackages(name: string, folder: string, to: string): void {
  const target = join(to, name)
  if (existsSync(target)) return
  const description: PackageJson = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
  // A package of this repository is what its tarball would hold.
  const own = name.startsWith("@strongroom/") ? ["package.json", ...(description.files ?? [])] : ["."]
  for (const part of own) cpSync(join(folder, part), join(target, part), { recursive: true, dereference: true })
  for (const needed of Object.keys({ ...description.dependencies, ...description.optionalDependencies })) {
    const found = findPackage(needed, realpathSync(folder))
    if (found) installPackages(needed, found, to)
    else if (!description.optionalDependencies?.[needed])
      throw new Error(`${name} needs ${needed}, which isn't installed`)
  }
}

/** As Node looks for it, from `folder` upwards. */
function findPackage(name: string, folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const place = join(at, "node_modules", name)
    if (existsSync(join(place, "package.json"))) return place
    if (at === dirname(at)) return undefined
  }
}
