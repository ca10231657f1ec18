import { toHex, utf8 } from "../bytes.js"
import type { Source } from "../source/source.js"
import { type CachedSource, cachedSource } from "./cached-source.js"
import { type KeptModel, opfsFolder } from "./opfs-folder.js"

export interface OpfsCacheOptions {
  /** A folder in the page's origin-private file system, for this alone. Default: `strongroom`. */
  readonly folder?: string
  /** How much is kept, in bytes: what was opened longest ago goes first. Default: 1 GiB. */
  readonly maxBytes?: number
}

/** Sealed models, kept as the ciphertext that they are. */
export interface DownloadCache {
  /**
   * `source`, which is a sealed model and is taken over, read by way of the cache. Every kept byte is compared with what the
   * publisher signed before it is given; what differs is fetched again.
   *
   * @param name Under which it is kept: its address, say. Only the name's digest is stored.
   */
  through(name: string, source: Source): CachedSource
  /** What is kept, in no order. Empty where the browser has no such file system. */
  list(): Promise<readonly KeptModel[]>
  /** Forgets all of it. Safe while models are open: they are read from their sources then. */
  clear(): Promise<void>
}

const defaultMaxBytes = 2 ** 30

/**
 * A cache of downloads in the page's origin-private file system, for windows and workers of one origin together. It holds
 * ciphertext, and nothing that its server doesn't give to everybody. Where the file system can't be used (no secure context,
 * a private window, a full disk) models are read from their sources.
 */
export function opfsCache({ folder = "strongroom", maxBytes = defaultMaxBytes }: OpfsCacheOptions = {}): DownloadCache {
  if (typeof folder !== "string" || !/^[\w.-]+$/.test(folder) || /^\.+$/.test(folder)) {
    throw new TypeError("`folder` is a name of letters, digits, dots, hyphens and underscores.")
  }
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 0) throw new RangeError("`maxBytes` is an integer from 0.")
  const models = opfsFolder(folder, maxBytes)
  return {
    through(name, source) {
      if (typeof name !== "string" || name === "") throw new TypeError("`name` is a text that isn't empty.")
      const digest = crypto.subtle.digest("SHA-256", utf8(name) as Uint8Array<ArrayBuffer>)
      return cachedSource(source, models.model(digest.then((bytes) => toHex(new Uint8Array(bytes)))))
    },
    list: models.list,
    clear: models.clear,
  }
}
