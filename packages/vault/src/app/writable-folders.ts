import { accessSync, constants, realpathSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { folderIdentity } from "../folder-identity.js"

/** Folders in which this user can make files, with what tells them apart: the vault tries whether it still can. */
export function writableFolders(): { readonly [folder: string]: string } {
  const places = [homedir(), process.cwd(), tmpdir(), "/tmp", "/var/tmp", "/dev/shm", process.env.XDG_RUNTIME_DIR]
  return Object.fromEntries(
    places.flatMap((place) => {
      try {
        const folder = realpathSync(place ?? "")
        accessSync(folder, constants.W_OK | constants.X_OK)
        return [[folder, folderIdentity(folder)]]
      } catch {
        return []
      }
    }),
  )
}
