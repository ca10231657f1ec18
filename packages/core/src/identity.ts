/*
 * Identities that are not text: what opens grants when the key itself is to stay where it is. spec/identity.md has the
 * rules for modules that give one.
 */
import type { Json } from "./backend.js"

/** A stanza of an age file's header: for one recipient, the file key, wrapped. https://c2sp.org/age */
export interface AgeStanza {
  /** `X25519` and an ephemeral share, or another kind and what belongs to it. */
  readonly args: readonly string[]
  readonly body: Uint8Array
}

/** An identity that keeps its key to itself and unwraps age file keys with it. */
export interface IdentityKey {
  /**
   * The file key, 16 bytes, of a stanza that is for this identity; `null` if none is. Throws for a stanza that is for it
   * and is malformed. Whoever asked overwrites the bytes.
   */
  unwrapFileKey(stanzas: readonly AgeStanza[]): Promise<Uint8Array | null> | Uint8Array | null
}

/** A `CryptoKey` of WebCrypto, as far as it is looked at. (Not every program has the types of pages.) */
export interface WebCryptoKey {
  /** `private` */
  readonly type: string
  readonly extractable: boolean
  readonly algorithm: { readonly name: string }
  readonly usages: readonly string[]
}

/** A recipient that wraps age file keys with what only it has: the other side of an {@link IdentityKey}. */
export interface RecipientKey {
  /** Stanzas for the file key, 16 bytes, which is lent. */
  wrapFileKey(fileKey: Uint8Array): Promise<readonly AgeStanza[]> | readonly AgeStanza[]
}

/** What an identity module is given of the vault. */
export interface IdentityHost {
  /**
   * Sends bytes to the app's `relay` function and gives its answer, each at most 1 MiB. The app sees them, and whoever
   * is beyond it: send nothing that isn't encrypted to the other end. Rejects with a StrongroomError `identity-invalid`
   * when the app has no answer; while it has none yet, the load waits.
   */
  relay(bytes: Uint8Array): Promise<Uint8Array>
  /** The load was stopped, or is over: nothing waits for the identity any more. */
  readonly signal: AbortSignal
}

/**
 * The default export of an identity module. It runs in the vault, on the thread of the session that is being loaded, once
 * a load. Gives the bytes of an age identity file, which the vault overwrites, or what unwraps file keys.
 */
export type CreateIdentity = (options: Json, host: IdentityHost) => Promise<Uint8Array | IdentityKey>
