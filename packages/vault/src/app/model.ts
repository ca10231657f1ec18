import { bytesSource, httpSource, type Source } from "@strongroom/core"
import { pathOf } from "./places.js"

/** A sealed model as an app names it: a path or `file:` URL, an `http(s):` URL, its bytes, or a source of them. */
export type SealedModelPlace = string | URL | Uint8Array | Source

/**
 * A file is opened in the vault. Everything else is a source that stays in the app and hands ciphertext in.
 *
 * @throws TypeError for anything else.
 */
export function locateModel(model: SealedModelPlace): { readonly file: string } | { readonly source: Source } {
  if (model instanceof Uint8Array) return { source: bytesSource(model) }
  if (typeof model === "string" || model instanceof URL) {
    return /^https?:\/\//i.test(String(model))
      ? { source: httpSource(model) }
      : { file: pathOf(model, "The sealed model") }
  }
  if (typeof model?.read === "function" && typeof model.byteLength === "function") return { source: model }
  throw new TypeError("load() takes a sealed model: a path, a URL, a Uint8Array or a Source")
}
