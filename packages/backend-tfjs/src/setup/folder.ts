import { join } from "node:path"
import { StrongroomError } from "@strongroom/core/backend"
import { changeableByOthers, makeFolder } from "@strongroom/core/node"

/**
 * Makes the folder for what is set up, and the one for downloads in it, which is returned. What lies there runs in vaults, so
 * nobody else may be able to write it.
 *
 * @throws StrongroomError `sink-failed`.
 */
export async function prepareFolder(folder: string): Promise<string> {
  const downloads = join(folder, "downloads")
  refuseChangeable(changeableByOthers(folder))
  try {
    await makeFolder(downloads, 0o755)
  } catch (cause) {
    const message = "The folder for tfjs-node can't be made: name another one (setup's --folder), or make room for it."
    throw new StrongroomError("sink-failed", message, { cause })
  }
  refuseChangeable(changeableByOthers(downloads))
  return downloads
}

/** @throws StrongroomError `sink-failed` for a problem, in {@link changeableByOthers}'s words. */
export function refuseChangeable(problem: string | undefined): void {
  if (problem === undefined) return
  const advice = "take that right away (chmod go-w, or chown), or name another folder (setup's --folder)"
  const message = `What lies in the folder for tfjs-node runs in vaults, and ${problem}: ${advice}.`
  throw new StrongroomError("sink-failed", message)
}
