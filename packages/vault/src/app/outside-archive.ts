import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"

/**
 * Electron packs an app's files into one archive, app.asar, which Electron's own Node reads as a folder and no other Node
 * can. What is to be run by another Node is unpacked beside it, in app.asar.unpacked (`asarUnpack` of Electron's
 * packagers): a URL or path into the archive becomes the one of the unpacked file, where there is such a file.
 */
export function outsideArchive(place: string): string {
  const unpacked = place.replace(/\.asar(?=[/\\])/, ".asar.unpacked")
  return unpacked !== place && existsSync(unpacked.startsWith("file:") ? fileURLToPath(unpacked) : unpacked)
    ? unpacked
    : place
}
