import { homedir } from "node:os"
import { isAbsolute, join } from "node:path"
import { StrongroomError } from "../errors.js"

/**
 * Where this user's artifacts are kept by default: `artifacts` in `$XDG_CACHE_HOME/strongroom` (XDG Base Directory
 * Specification 0.8: a path that isn't absolute doesn't count) or `~/.cache/strongroom`; on macOS
 * `~/Library/Caches/strongroom`, on Windows `%LOCALAPPDATA%\strongroom`.
 *
 * @throws StrongroomError `store-failed` where that is needed and this user has no home, or `HOME` is no absolute path.
 */
export function artifactFolder(): string {
  return join(cacheFolder(), "strongroom", "artifacts")
}

function cacheFolder(): string {
  if (process.platform === "darwin") return join(home(), "Library", "Caches")
  if (process.platform === "win32") return process.env.LOCALAPPDATA ?? join(home(), "AppData", "Local")
  const chosen = process.env.XDG_CACHE_HOME
  return chosen !== undefined && isAbsolute(chosen) ? chosen : join(home(), ".cache")
}

function home(): string {
  const path = homeIfKnown()
  if (path !== undefined && isAbsolute(path)) return path
  const message =
    "The artifact store can't be used: this user has no home. Name its folder, or set XDG_CACHE_HOME or HOME."
  throw new StrongroomError("store-failed", message)
}

function homeIfKnown(): string | undefined {
  try {
    return homedir()
  } catch {
    return undefined
  }
}
