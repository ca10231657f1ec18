import { httpSource, type Source } from "@strongroom/core"
import { fileSource } from "@strongroom/core/node"

/** True for what is fetched rather than read from the file system. */
export function isUrl(place: string): boolean {
  return /^https?:\/\//i.test(place)
}

/** The sealed model at a path or an http(s) URL, each read of which `signal` stops. The caller closes it. */
export function openPlace(place: string, signal: AbortSignal): Source {
  const source = isUrl(place) ? httpSource(place) : fileSource(place)
  return {
    byteLength: () => source.byteLength(signal),
    read: (offset, target) => source.read(offset, target, signal),
    close: () => source.close(),
  }
}
