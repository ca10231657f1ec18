import { homedir } from "node:os"
import { isAbsolute, join } from "node:path"

/**
 * Where this user's artifacts are kept by default: `artifacts` in `$XDG_CACHE_HOME/strongroom` (XDG Base Directory
 * Specification 0.8: a path that isn't absolute doesn't count) or `~/.cache/strongroom`; on macOS
 * `~/Library/Caches/strongroom`, on Windows `%LOCALAPPDATA%\strongroom`.
 *
 * @throws where the system knows no home of this user.
 */
export function artifactFolder(): string {
  return join(cacheFolder(), "strongroom", "artifacts")
}

function cacheFolder(): string {
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches")
  if (process.platform === "win32") return process.env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local")
  const chosen = process.env.XDG_CACHE_HOME
  return chosen !== undefined && isAbsolute(chosen) ? chosen : join(homedir(), ".cache")
}
