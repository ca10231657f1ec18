import {
  type ArtifactStore,
  type CachePolicy,
  cachePolicies,
  type GuaranteeId,
  guaranteeCatalogue,
} from "@strongroom/core"
import type { Backend, ModuleReference } from "@strongroom/core/backend"
import { checkOptionNames } from "@strongroom/core/backend"
import { checkBackend } from "@strongroom/core/host"
import { fileStore } from "@strongroom/core/node"
import { outsideArchive } from "./outside-archive.js"
import { pathOf } from "./places.js"

/** What a vault tells of its life, for an app's own log. Holds no names of a model and no secrets. */
export type VaultEvent =
  | { readonly event: "swept"; readonly folders: number }
  | { readonly event: "started"; readonly pid: number | undefined }
  | { readonly event: "ready"; readonly milliseconds: number }
  | { readonly event: "loaded"; readonly session: number; readonly milliseconds: number }
  | { readonly event: "ended"; readonly code: number | null; readonly signal: string | null }

export interface VaultOptions {
  /** What runs the models, such as `onnxruntime()`. Its module is imported in the vault, never here. */
  readonly backend: Backend
  /** What may be kept of what is compiled. Default: `"off"`. */
  readonly cache?: CachePolicy
  /**
   * For `cache: "sealed"`: where the ciphertext is kept, on this side. Not to be shared by recipients who mustn't know of
   * one another. Default: `fileStore()`, a folder of this user's.
   */
  readonly artifactStore?: ArtifactStore
  /**
   * Guarantees that must be `enforced` or `observed`, by id; `true` for all that docs/guarantees.md marks. The vault
   * doesn't open, and loads nothing, without them. Default: none.
   */
  readonly strict?: boolean | readonly string[]
  /**
   * Node's program for the vault, version 20.19 or newer: a path or `file:` URL. Default: the app's own
   * (`process.execPath`). An Electron app has none and names one that it ships.
   */
  readonly node?: string | URL
  /**
   * Identity modules that loads may name: before the vault closes it must know what it will have to read. Only `module`
   * counts. Default: none.
   */
  readonly identities?: readonly Pick<ModuleReference, "module">[]
  /** True: what the vault prints goes to standard error, and errors carry the engine's own words. Default: false. */
  readonly debug?: boolean
  /** Stops opening. Once the vault is open it has no effect. */
  readonly signal?: AbortSignal
  /** Is told of each event, in a task of its own: what it throws is the app's, uncaught. */
  log?(event: VaultEvent): void
}

/** Options with their defaults. `strict`: the ids demanded. */
export interface CheckedOptions {
  readonly backend: Backend
  readonly cachePolicy: CachePolicy
  /** Under `sealed` only. */
  readonly artifactStore: ArtifactStore | undefined
  readonly strict: readonly string[]
  readonly node: string
  readonly debug: boolean
  /** `file:` URLs. */
  readonly identities: readonly string[]
}

const everyOption: { readonly [name in keyof Required<VaultOptions>]: true } = {
  backend: true,
  cache: true,
  artifactStore: true,
  strict: true,
  node: true,
  identities: true,
  debug: true,
  signal: true,
  log: true,
}

/** @throws TypeError, RangeError; StrongroomError `contract-version`. */
export function checkOptions(options: VaultOptions): CheckedOptions {
  if (typeof options !== "object" || options === null) throw new TypeError("openVault() takes { backend }")
  checkOptionNames(options, Object.keys(everyOption), "openVault()")
  const { backend, cache = "off", strict = false, debug = false } = options
  checkBackend(backend)
  if (!cachePolicies.includes(cache)) {
    throw new TypeError(`cache must be one of ${cachePolicies.join(", ")}. Got ${String(cache)}`)
  }
  const { module, options: backendOptions, contract, name, needs } = backend
  return {
    // Only the contract's own members, so that what crosses the channel is what the vault gets.
    backend: {
      module: outsideArchive(module),
      options: backendOptions ?? null,
      contract,
      name,
      needs: { ...needs, ...(needs?.read && { read: needs.read.map(outsideArchive) }) },
    },
    cachePolicy: cache,
    artifactStore: storeFor(cache, options.artifactStore),
    strict: demanded(strict),
    node: nodeProgram(options.node),
    debug,
    identities: identityModules(options.identities ?? []),
  }
}

function storeFor(policy: CachePolicy, given: ArtifactStore | undefined): ArtifactStore | undefined {
  if (given !== undefined) {
    const members = Object(given) as Partial<ArtifactStore>
    const lacking = (["get", "put", "delete", "list"] as const).find((name) => typeof members[name] !== "function")
    if (lacking) throw new TypeError(`artifactStore must have get, put, delete and list. It has no ${lacking}()`)
  }
  return policy === "sealed" ? (given ?? fileStore()) : undefined
}

function identityModules(identities: readonly Pick<ModuleReference, "module">[]): readonly string[] {
  if (!Array.isArray(identities)) throw new TypeError("identities must be an array of { module }")
  return identities.map((reference: unknown) => moduleOf(reference, "identities"))
}

/** The URL of an identity module. @throws TypeError, which `what` begins. */
export function moduleOf(reference: unknown, what: string): string {
  const { module } = Object(reference) as { readonly module?: unknown }
  const url = typeof module === "string" && URL.canParse(module) ? new URL(module) : undefined
  if (url?.protocol === "file:" && url.host === "") return outsideArchive(url.href)
  throw new TypeError(`${what}: a module is an absolute file: URL, made from its package's import.meta.url`)
}

/** Electron's program runs the app, not a script, and would let the vault be started as anything by its environment. */
function nodeProgram(node: string | URL | undefined): string {
  if (node !== undefined) return pathOf(node, "node")
  if (process.versions.electron === undefined) return process.execPath
  throw new TypeError(
    "In Electron, openVault() needs node: the path of a Node program that the app ships. See docs/electron.md",
  )
}

function demanded(strict: boolean | readonly string[]): readonly string[] {
  const ids = Object.keys(guaranteeCatalogue) as readonly GuaranteeId[]
  if (typeof strict === "boolean") return strict ? ids.filter((id) => guaranteeCatalogue[id].strict) : []
  if (!Array.isArray(strict)) throw new TypeError("strict must be true, false or an array of guarantees' ids")
  const unknown = strict.find((id) => !ids.some((known) => known === id))
  if (unknown === undefined) return [...strict]
  throw new RangeError(`strict names ${String(unknown)}, which is no guarantee. There are: ${ids.join(", ")}`)
}
