import { mkdir, stat } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import { systemCode } from "./system-error.js"

/**
 * Makes a folder with those above it, each with `mode` (default: 0o777, as mkdir's) less the process's umask; what is there
 * is left. In place of mkdir's `recursive`, which never ends in file systems that let nothing be made, such as /proc (seen on
 * Node 20).
 *
 * @throws what the system says: ENOENT where nothing can be made, EEXIST for a file in the way, EACCES and others.
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  const missing: string[] = []
  for (let folder = resolve(path); !(await isFolder(folder)); folder = dirname(folder)) {
    missing.push(folder)
    // On Windows a drive may not be there.
    if (dirname(folder) === folder) break
  }
  for (const folder of missing.reverse()) {
    try {
      await mkdir(folder, mode)
    } catch (error) {
      // Another process may have made it.
      if (systemCode(error) !== "EEXIST" || !(await isFolder(folder))) throw error
    }
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return false
    throw error
  }
}
