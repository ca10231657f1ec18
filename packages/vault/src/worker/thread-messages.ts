import type { Backend, CachePolicy, Fingerprint, Json } from "@strongroom/core/backend"
import type { ToApp, ToVault } from "../channel/messages.js"
import type { WireError } from "../channel/wire-error.js"
import type { PassedDescriptors } from "./passed.js"

/** A session thread's `workerData`. */
export interface ThreadSettings {
  readonly backend: Backend
  readonly cachePolicy: CachePolicy
  readonly debug: boolean
  /** A folder of its own, which it makes, and which the main thread removes when it has ended. */
  readonly directory: string
  /** What it has of memory outside of JavaScript's. */
  readonly ledger: SharedArrayBuffer
}

/** The app's messages that a session's thread answers. */
export type LoadMessage = Extract<ToVault, { type: "load" }>
export type ThreadMessage = Extract<
  ToVault,
  { type: "run" | "share" | "abort" | "release" | `source-${string}` | `relay-${string}` | `store-${string}` }
>

/** What the main thread sends. Blocks are transferred. */
export type ToThread =
  /** Make the engine. The first. */
  | { readonly type: "begin" }
  | { readonly type: "forward"; readonly message: ThreadMessage; readonly blocks: readonly ArrayBuffer[] }
  /** `held`: ids of the guarantees that the publisher's policy may count on. */
  | {
      readonly type: "load"
      readonly message: LoadMessage
      readonly blocks: readonly ArrayBuffer[]
      readonly held: readonly string[]
      readonly passed: PassedDescriptors
      /** The address of the vault's own private key, if it has one. */
      readonly own: bigint | undefined
    }
  | { readonly type: "artifact"; readonly request: number; readonly bytes: ArrayBuffer | null }
  /** Stop loading, or close the session when its runs have ended; free everything and end. */
  | { readonly type: "stop" }

/** What a session's thread sends. */
export type FromThread =
  | { readonly type: "engine-ready"; readonly fingerprint: Fingerprint }
  | { readonly type: "engine-failed"; readonly error: WireError }
  /** How many of a load's identities are JavaScript strings, before anything is opened with them. */
  | { readonly type: "identity-texts"; readonly count: number }
  /** An engine's evidence for a guarantee. */
  | { readonly type: "observed"; readonly guarantee: string; readonly evidence: Json }
  /** `decryption`: for the report, what decrypts in this thread. */
  | {
      readonly type: "loaded"
      readonly message: Omit<Extract<ToApp, { type: "loaded" }>, "state">
      readonly decryption: string
    }
  | { readonly type: "load-failed"; readonly call: number; readonly error: WireError }
  /** Artifacts that live as long as the vault are kept in the main thread, for all its sessions. */
  | { readonly type: "artifact-get"; readonly request: number; readonly key: string }
  | { readonly type: "artifact-put"; readonly key: string; readonly bytes: ArrayBuffer }
  | { readonly type: "artifact-delete"; readonly key: string }
  /** The session's own channel can't be believed any more. */
  | { readonly type: "broken"; readonly error: WireError }
  /** Goes to the app as it is. */
  | { readonly type: "forward"; readonly message: ToApp; readonly blocks: readonly ArrayBuffer[] }

/** What a thread says of the session that it was taken for: all but what an engine does by itself. */
export type FromSession = Exclude<FromThread, { type: `engine-${string}` | "observed" }>
