import { accessSync, constants, realpathSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { folderIdentity } from "../folder-identity.js"

/** Folders in which this user can make files, with what tells them apart: the vault tries whether it still can. */
export function writableFolders(): { readonly [folder: string]: string } {
  const named = [tmpdir(), "/tmp", "/var/tmp", "/dev/shm", process.env.XDG_RUNTIME_DIR ?? ""]
  // A user may have no home: then asking for it fails.
  const places = [homedir, process.cwd, ...named.map((place) => () => place)]
  return Object.fromEntries(
    places.flatMap((find) => {
      try {
        const folder = realpathSync(find())
        accessSync(folder, constants.W_OK | constants.X_OK)
        return [[folder, folderIdentity(folder)]]
      } catch {
        return []
      }
    }),
  )
}
