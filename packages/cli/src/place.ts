import { httpSource, type Source } from "@strongroom/core"
import { fileSource } from "@strongroom/core/node"

/** True for what is fetched rather than read from the file system. */
export function isUrl(place: string): boolean {
  return /^https?:\/\//i.test(place)
}

/** The sealed model at a path or an http(s) URL. The caller closes it. */
export async function openPlace(place: string): Promise<Source> {
  return isUrl(place) ? httpSource(place) : fileSource(place)
}
