/**
 * Strongroom's vault: a process of its own in which sealed models are opened and run. Re-exports what an app needs of
 * `@strongroom/core`, so that this package and a backend are an install.
 *
 * @module
 */
import type { VaultOptions } from "./app/options.js"
import { outsideArchive } from "./app/outside-archive.js"
import { openVaultWith, type Vault } from "./app/vault.js"

export {
  type ArtifactEntry,
  type ArtifactStore,
  blobSource,
  bytesSource,
  type CachePolicy,
  type ElementType,
  type ErrorCode,
  errorCodes,
  formatReport,
  type Guarantee,
  type GuaranteeId,
  type GuaranteeState,
  guaranteeCatalogue,
  type HttpSourceOptions,
  httpSource,
  type Kept,
  type Report,
  type RunOptions,
  type Session,
  type Source,
  StrongroomError,
  type Tensor,
  type TensorData,
  type TensorSpec,
  tensor,
} from "@strongroom/core"
export type { Backend, Json, ModuleReference } from "@strongroom/core/backend"
export { artifactFolder, type FileStoreOptions, fileStore } from "@strongroom/core/node"
export type { IdentityModule, PinnedPublisher, VaultKeys } from "./app/keys.js"
export type { SealedModelPlace } from "./app/model.js"
export type { VaultEvent, VaultOptions } from "./app/options.js"
export { leftDirectories } from "./app/private-directory.js"
export type { RelayFunction } from "./app/relay-server.js"
export type { LoadOptions, Vault } from "./app/vault.js"

/**
 * Opens a vault: starts its process, makes the backend's engine in it, and waits until it has told what it guarantees.
 *
 * @throws StrongroomError `vault-start`, `vault-exited`, `contract-version`, `backend-missing`, `backend-failed`;
 * `policy-guarantee` when `strict` demands what doesn't hold. TypeError, RangeError for misuse.
 */
export function openVault(options: VaultOptions): Promise<Vault> {
  return openVaultWith(new URL(outsideArchive(new URL("./worker/main.js", import.meta.url).href)), options)
}
