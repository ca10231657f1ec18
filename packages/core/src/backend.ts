/**
 * The backend contract, version 1: what a backend gives, and what it is given. Types, the error class, a view of tensors and
 * ONNX's numbers of types, so that it is quickly loaded; spec/backend.md says what each must do, and `@strongroom/testkit`
 * tests it. What is marked [app] runs in the app's process and loads nothing native; the rest runs in the vault, or under
 * core's own host in a page or a test.
 *
 * @module
 */
import type { CachePolicy } from "./cache-policy.js"
import type { ElementType, TensorSpec } from "./tensor.js"

export { type ErrorCode, errorCodes, StrongroomError } from "./errors.js"
export { toTensor } from "./host/raw-tensor.js"
export type { AgeStanza, CreateIdentity, IdentityHost, IdentityKey } from "./identity.js"
export { onnxTypes } from "./onnx-types.js"
export { checkOptionNames } from "./option-names.js"
export type { CachePolicy, ElementType, TensorSpec }

/** A JSON value: what crosses from the app to the code in the vault. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Code that the vault imports: a backend, or an identity module ({@link CreateIdentity}). [app] */
export interface ModuleReference {
  /**
   * Absolute `file:` URL, made by the owning package from its `import.meta.url`; never a bare name. In a page, a URL of
   * the page's own origin.
   */
  readonly module: string
  /** The argument of the module's default export. */
  readonly options: Json
}

/** A backend as an app names it: a value, made by a factory such as `onnxruntime()`. [app] */
export interface Backend extends ModuleReference {
  /** The version of this contract. Another number is refused with `contract-version`. */
  readonly contract: 1
  /** A short name, as a publisher's policy lists it: `"onnxruntime"`. */
  readonly name: string
  /** What the engine needs from the machine; fixed before the vault closes. */
  readonly needs: Needs
}

/**
 * A backend for `openInProcess` whose module is part of the app's own bundle, as pages have it: a bundler follows an
 * `import()` that it sees, and no URL. A vault refuses it, since a function can't cross to another process. [app]
 */
export interface BundledBackend extends Omit<Backend, "module"> {
  /** Imports the module. */
  readonly load: () => Promise<{ readonly default: CreateEngine }>
}

/** What an engine needs from the machine. Paths are absolute. The environment is never inherited. */
export interface Needs {
  /** Device nodes that it opens, such as `/dev/dri/renderD128`. */
  readonly devices?: readonly string[]
  /** Files and folders that it reads beyond its own package. */
  readonly read?: readonly string[]
  /**
   * Programs that native libraries start by posix_spawn(3), as LLVM does. A vault on Linux maps them into a fork of its
   * own, since nothing in it may exec; what starts programs otherwise fails.
   */
  readonly execute?: readonly string[]
  /**
   * System calls of Linux, by name, that the engine makes while it is made or runs, beyond what every vault allows
   * (`packages/vault/src/os/running-calls.ts`). Those that make sockets, trace processes and the like stay forbidden.
   */
  readonly systemCalls?: readonly string[]
  /** Of the engine's own. What decides which code a process loads (`NODE_*`, `LD_*` and their like) is refused. */
  readonly environment?: { readonly [name: string]: string }
}

/** The default export of a backend's module. An engine and its sessions stay on one thread, which they may block. */
export type CreateEngine = (options: Json, host: Host) => Promise<Engine>

/** What an engine is given of the place that it runs in. */
export interface Host {
  readonly cachePolicy: CachePolicy
  /** A private folder of this vault, removed with it; `undefined` in a page. */
  readonly directory: string | undefined
  /**
   * Memory for plaintext, `byteLength` bytes, at most 4 GiB, beginning at a multiple of 8 in its buffer. What is still
   * open when the engine closes, the host closes.
   */
  allocate(byteLength: number): Plaintext
  /** Adds evidence to a guarantee of the report, by its id. Only the vault sets states. */
  observe(guarantee: string, evidence: Json): void
}

/** Plaintext that its receiver owns. `close()` overwrites it with zeros; closing twice is safe. */
export interface Plaintext {
  readonly bytes: Uint8Array
  /** Where it lies in memory, for native engines, if the host knows. */
  readonly address?: bigint
  close(): void
}

/** One inference engine on one thread. */
export interface Engine {
  /** Names what compiles: artifacts are bound to it. */
  readonly fingerprint: Fingerprint
  readonly capabilities: Capabilities
  /**
   * Makes a session of `model`, or says why it can't: `declined` for a model that is sound but not for this engine, a
   * thrown error for one that is broken. `model` and its parts are valid until the session closes.
   */
  load(model: OpenModel, context: LoadContext): Promise<EngineSession | Declined>
  /** Frees the engine; its sessions are closed before. Closing twice is safe. */
  close(): Promise<void>
}

export interface Fingerprint {
  readonly engine: string
  readonly version: string
  readonly device: string
  readonly driver: string
}

/**
 * Why an engine doesn't take a sound model: one plain sentence for the app's author, not empty. It names operators and
 * types, never the model's own names.
 */
export interface Declined {
  readonly declined: string
}

/** What an engine can do, as data: the only way to skip a conformance test. */
export interface Capabilities {
  readonly kinds: readonly ModelKind[]
  readonly types: readonly (ElementType | "string")[]
  /** Types that aren't in `types` here and would be with more installed: how to, a sentence each. Default: none. */
  readonly installableTypes?: { readonly [Type in ElementType]?: string }
  /** Unsettled runs that one session accepts; the host queues the rest. An engine that blocks says 1. */
  readonly parallelRuns: number
  /** True: an aborted run stops, and rejects, early. False: it finishes unseen. */
  readonly cancels: boolean
  /** True: outputs can stay in the engine ({@link EngineKept}). False: the host keeps them as tensors. */
  readonly keepsOutputs: boolean
}

export type ModelKind = "onnx" | "tfjs-graph" | "tfjs-layers" | "openvino-ir" | "saved-model" | "file"
export type PartRole = "graph" | "weights" | "tensor" | "file"

/** A sealed model that is open: its manifest, and its parts to read. */
export interface OpenModel {
  /** Hex of 16 bytes. */
  readonly id: string
  readonly kind: ModelKind
  readonly inputs: readonly TensorSpec[]
  readonly outputs: readonly TensorSpec[]
  readonly parts: readonly Part[]
}

/** One byte range of a sealed model. Every read is checked and decrypted anew. */
export interface Part {
  readonly role: PartRole
  /** A relative path with slashes. Never to appear in an error or a log. */
  readonly name: string
  readonly byteLength: number
  /** One whole copy. Close it as soon as the engine has what it needs; the host does when the session closes. */
  bytes(signal?: AbortSignal): Promise<Plaintext>
  /**
   * Fills the engine's own memory: `byteLength` bytes, or an address with as much room, which only a host with native
   * code can (others throw a TypeError).
   */
  into(target: Uint8Array | bigint, signal?: AbortSignal): Promise<void>
  /** Pieces in order; each is valid until the next is asked for. */
  chunks(signal?: AbortSignal): AsyncIterable<Uint8Array>
  /**
   * A file in `host.directory` with the part's relative path, there until the session closes. TypeError where that is
   * `undefined`: an engine that needs it declines.
   */
  path(signal?: AbortSignal): Promise<string>
}

export interface LoadContext {
  /** Reads of parts stop with it. The host doesn't wait for an engine that goes on. */
  readonly signal: AbortSignal
  /** How far loading is, in bytes of parts read. */
  progress(doneBytes: number, totalBytes: number): void
  /** What was compiled from this model before, by the cache policy; bound to model and fingerprint. */
  readonly artifacts: Artifacts
}

/**
 * Artifacts by the engine's own keys. Trouble with the place where they are kept is never an error here: nothing is found,
 * or nothing kept, and the report counts it. Misuse is a TypeError.
 */
export interface Artifacts {
  /** The engine's to close. What is found was put by this very version of the engine; nothing else is ever given. */
  get(key: string): Promise<Plaintext | undefined>
  /** Keeps a copy; `bytes` must stay as they are until it settles. */
  put(key: string, bytes: Uint8Array): Promise<void>
  /**
   * For drivers that know only folders: makes the folder `path` below `host.directory`, where there is none or an empty
   * one, as it was saved: its folders and regular files, without times, for their owner only. False: nothing was kept, or
   * there is no room, and the folder is as empty as before. TypeError where `host.directory` is
   * `undefined`, and, where something was kept, for a folder that isn't empty.
   */
  restoreDirectory(key: string, path: string): Promise<boolean>
  /** Keeps the folder `path` below `host.directory`, whole. Nothing may write to it meanwhile. */
  saveDirectory(key: string, path: string): Promise<void>
}

/**
 * A tensor as engines see it: its elements' bytes, little-endian, row-major, dense; `bool` one byte, 0 or 1; 4-bit types
 * two a byte, the low nibble first. What an engine gets begins at a multiple of the element's size in its buffer. An
 * engine declines types that it lacks and never narrows them.
 */
export type RawTensor = { readonly shape: readonly number[] } & (
  | { readonly type: ElementType; readonly data: Uint8Array }
  | { readonly type: "string"; readonly data: readonly string[] }
)

/** An output left in the engine (a KV cache, recurrent state), to be an input of later runs of the same session. */
export interface EngineKept {
  /** The engine's own number for it. */
  readonly kept: number
  /** Frees it. The host calls it once, when no run uses it, and before it closes the session. */
  close(): void
}

/** One loaded model. */
export interface EngineSession {
  /**
   * Gives the outputs asked for and no others. Their bytes are given away: fresh, or from `allocate`; the engine never
   * writes them again. Rejects after `close()`.
   */
  run(call: EngineRun): Promise<{ readonly [output: string]: RawTensor | EngineKept }>
  /** Waits for runs, then frees the model. Closing twice is safe. */
  close(): Promise<void>
}

/** One run. The host has checked inputs and names against the model's. */
export interface EngineRun {
  /** Lent until the promise settles, also after an abort; not to be written. */
  readonly inputs: { readonly [name: string]: RawTensor | EngineKept }
  /** Compute these outputs and return no others. */
  readonly outputs: readonly string[]
  /** Of those, return these as {@link EngineKept}. */
  readonly keep: readonly string[]
  /** Memory in which an output can be returned with a copy less: each piece for one output, whole. */
  allocate(type: ElementType, shape: readonly number[]): Uint8Array
  /** If the engine can cancel: stop, and when nothing reads the inputs any more, reject with `signal.reason`. */
  readonly signal: AbortSignal
}
