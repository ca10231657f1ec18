import { chmod, lstat, readdir } from "node:fs/promises"
import { join } from "node:path"

/** Takes from everybody but the owner the right to write, in a whole folder: npm and compilers leave what the umask leaves. */
export async function closeToOthers(place: string): Promise<void> {
  const status = await lstat(place)
  if (status.isSymbolicLink()) return
  if ((status.mode & 0o022) !== 0) await chmod(place, status.mode & 0o7755)
  if (!status.isDirectory()) return
  for (const name of await readdir(place)) await closeToOthers(join(place, name))
}
