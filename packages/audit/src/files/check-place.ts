import { readdir, stat } from "node:fs/promises"
import { StrongroomError } from "@strongroom/core"

/**
 * That there is a file or folder at `path`: where nothing is, nothing is found, which would pass for a good result.
 *
 * @throws StrongroomError `source-missing`, `source-unreadable`.
 */
export async function checkPlace(path: string): Promise<void> {
  await stat(path).catch((cause) => fail(path, cause))
}

/** As {@link checkPlace}: that `path` is a folder whose files can be listed. */
export async function checkFolder(path: string): Promise<void> {
  await readdir(path).catch((cause) => fail(path, cause))
}

function fail(path: string, cause: NodeJS.ErrnoException): never {
  if (cause.code === "ENOENT") {
    throw new StrongroomError("source-missing", `${path} doesn't exist (ENOENT). Check the path.`, { cause })
  }
  const why = cause.code === "ENOTDIR" ? "it is no folder, or in none (ENOTDIR)" : cause.message
  throw new StrongroomError("source-unreadable", `${path} can't be looked into: ${why}.`, { cause })
}
