import { lstat, readdir } from "node:fs/promises"
import { join } from "node:path"

/** A file below a folder, or a folder that can't be read. */
export interface FolderFile {
  /** Whole. */
  readonly path: string
  readonly byteLength: number
}

/** Regular files below a folder, or the file itself, and folders that can't be read; no link is followed. */
export async function* filesBelow(path: string): AsyncGenerator<FolderFile> {
  const stat = await lstat(path).catch(() => undefined)
  if (stat?.isFile()) yield { path, byteLength: stat.size }
  if (!stat?.isDirectory()) return
  const names = await readdir(path).catch(() => undefined)
  if (!names) yield { path, byteLength: 0 }
  else for (const name of names.sort()) yield* filesBelow(join(path, name))
}
