import type { Fingerprint } from "../backend.js"
import { toHex, utf8 } from "../bytes.js"

/** What artifacts are bound to, beside the engine's own key. */
export interface ArtifactOrigin {
  /** The seal that they come from: an id stays the same when a model is sealed again, a commitment doesn't. */
  readonly model: { readonly model: string; readonly commitment: string }
  readonly fingerprint: Fingerprint
}

/** A piece of bytes, or a folder in one piece: the same key of an engine's may name one of each. */
export type ArtifactForm = "artifact" | "directory"

/** 32 bytes: SHA-256 over what the artifact is bound to, each piece behind its length (spec/cache-policy.md). */
export async function artifactBinding(
  { model, fingerprint }: ArtifactOrigin,
  form: ArtifactForm,
  key: string,
): Promise<Uint8Array> {
  const { engine, version, device, driver } = fingerprint
  const pieces = [`strongroom ${form} 1`, model.model, model.commitment, engine, version, device, driver, key]
  const text = pieces.map((piece) => `${utf8(piece).byteLength}:${piece}`).join("")
  return new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(text)))
}

/** The key of a store that nobody else sees: the binding itself, in hex. */
export const plainName = toHex
