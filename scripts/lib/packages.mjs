// The public packages of this repository, and their tarballs.
import { execFileSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { root } from "./setup.mjs"

/** Every package under packages/ that is published, with its package.json. */
export const publicPackages = () =>
  readdirSync(join(root, "packages"))
    .map((name) => join(root, "packages", name))
    .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) }))
    .filter(({ manifest }) => !manifest.private)

/** Packs every public package into `folder`, emptied first; they must be built. Gives each one's tarball and files. */
export function pack(folder) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  return publicPackages().map((entry) => {
    const printed = execFileSync("npm", ["pack", "--json", "--loglevel=error", "--pack-destination", folder], {
      cwd: entry.folder,
      encoding: "utf8",
      shell: process.platform === "win32",
    })
    const [{ filename, files, size }] = JSON.parse(printed)
    return { ...entry, tarball: join(folder, filename), files: files.map((file) => file.path), size }
  })
}
