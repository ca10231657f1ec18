import type { ArtifactStore, CachePolicy, Cryptography, Session } from "@strongroom/core"
import type { PrivateDirectory } from "@strongroom/core/host"
import type { ShippedModel } from "./publisher.js"

/**
 * What a place lets a case do beyond loading and running models: to call the engine itself, without the host around it; to
 * look into the host's directory; to see how much memory is in use.
 */
export type Reach = "engine" | "directory" | "memory"

/** How a model is opened. */
export interface Opening {
  readonly cachePolicy?: CachePolicy
  readonly artifactStore?: ArtifactStore
  readonly signal?: AbortSignal
}

/** Where a suite runs its cases: this process, a page, a vault. */
export interface Place {
  /** What cases may do here; those that need more are left out, by name. */
  readonly reach: readonly Reach[]
  /** For sealing models, and for opening them outside of a vault. Default: core's portable one. */
  readonly cryptography?: Cryptography
  readonly directory?: PrivateDirectory
  /** Opens a model as an app does. Whoever calls closes the session. */
  open(shipped: ShippedModel, opening: Opening): Promise<Session>
  /** One engine for several models. */
  openEngine(): Promise<OpenEngine>
  /** How many bytes are in use, garbage left out, counted in one way or several. */
  memory?(): Promise<readonly number[]>
  /** Frees what the place holds. */
  close(): Promise<void>
}

export interface OpenEngine {
  load(shipped: ShippedModel): Promise<LoadedModel>
  /** Closes the engine and its sessions. */
  close(): Promise<void>
}

export type LoadedModel = Pick<Session, "run" | "close">
