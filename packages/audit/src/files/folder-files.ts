import { lstat, readdir } from "node:fs/promises"
import { join } from "node:path"

/** A file below a folder. */
export interface FolderFile {
  /** Whole. */
  readonly path: string
  readonly byteLength: number
  readonly uid: number
}

/** Regular files below a folder, or the file itself; no link is followed, and what can't be read is left out. */
export async function* filesBelow(path: string): AsyncGenerator<FolderFile> {
  const stat = await lstat(path).catch(() => undefined)
  if (stat?.isFile()) yield { path, byteLength: stat.size, uid: stat.uid }
  if (!stat?.isDirectory()) return
  for (const name of (await readdir(path).catch(() => [])).sort()) yield* filesBelow(join(path, name))
}
