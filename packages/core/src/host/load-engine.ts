import type { Backend, BundledBackend, CreateEngine, Engine, Host, Json, Plaintext } from "../backend.js"
import { type CachePolicy, checkCachePolicy } from "../cache-policy.js"
import { isElementType } from "../element-type.js"
import { StrongroomError } from "../errors.js"
import { contractBroken, engineFailure } from "./failure.js"
import { heapPlaintext, plaintextPool } from "./plaintext.js"
import type { PrivateDirectory } from "./private-directory.js"

/** What a place offers to the engines that it hosts. */
export interface HostOptions {
  readonly cachePolicy: CachePolicy
  /** Where parts become files, for engines that take only paths. `undefined`: nowhere. */
  readonly directory: PrivateDirectory | undefined
  /** Memory for plaintext. Its bytes begin at a multiple of 8 in their buffer. */
  readonly allocate: (byteLength: number) => Plaintext
  /** Evidence that an engine gives for the report. */
  readonly observe: (guarantee: string, evidence: Json) => void
  /** The memory at an address, for engines that have no view of their own. `undefined`: this host can't. */
  readonly memoryAt: ((address: bigint, byteLength: number) => Uint8Array) | undefined
  /** True: the engine's own words appear in errors. They quote the model's names. */
  readonly debug: boolean
}

/** An engine that was made from a {@link Backend}. */
export interface LoadedEngine extends AsyncDisposable {
  readonly backend: Backend | BundledBackend
  readonly engine: Engine
  readonly host: HostOptions
  /** Its sessions, and what is still being loaded: closing the engine closes them first. */
  readonly sessions: Set<{ close(): Promise<void> }>
  /** Safe twice. */
  close(): Promise<void>
}

/**
 * Imports a backend's module and makes its engine. Defaults: cache policy `off`, no directory, plaintext on the heap,
 * observations dropped, no addresses, no debug.
 *
 * @throws StrongroomError `contract-version`, `backend-missing` (the module or what it needs can't be loaded),
 * `backend-failed` (what it made isn't an engine). TypeError for a value that isn't a backend.
 */
export async function loadEngine(
  backend: Backend | BundledBackend,
  options: Partial<HostOptions> = {},
): Promise<LoadedEngine> {
  checkHostable(backend)
  refuseBigEndian()
  const host: HostOptions = {
    cachePolicy: checkCachePolicy(options.cachePolicy ?? "off"),
    directory: options.directory,
    allocate: options.allocate ?? heapPlaintext,
    observe: options.observe ?? (() => undefined),
    memoryAt: options.memoryAt,
    debug: options.debug ?? false,
  }
  const pool = plaintextPool(host.allocate)
  const create = await importModule(backend)
  const engine = await createEngine(backend, create, {
    cachePolicy: host.cachePolicy,
    directory: host.directory?.path,
    allocate: pool.allocate,
    observe: host.observe,
  })
  const sessions: LoadedEngine["sessions"] = new Set()
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= closeEngine(engine, sessions, host.debug).finally(pool.close)
    return closing
  }
  return { backend, engine, host, sessions, close, [Symbol.asyncDispose]: close }
}

/** Closes the engine whatever its sessions do; rejects with what went wrong first. */
async function closeEngine(engine: Engine, sessions: LoadedEngine["sessions"], debug: boolean): Promise<void> {
  const closed = await Promise.allSettled([...sessions].map((session) => session.close()))
  try {
    await engine.close()
  } catch (error) {
    throw engineFailure("while it was closed", error, debug)
  }
  const failed = closed.find(({ status }) => status === "rejected")
  if (failed?.status === "rejected") throw failed.reason
}

/** For `openInProcess`: a bundled backend will do. @throws as {@link checkBackend}. */
export function checkHostable(backend: Backend | BundledBackend): void {
  if (!isBundled(backend)) checkBackend(backend)
  else {
    checkValue(backend)
    if (typeof backend.load !== "function") throw new TypeError("A bundled backend's load is a function.")
  }
}

/** @throws TypeError when `backend` isn't one that names its module; StrongroomError `contract-version`. */
export function checkBackend(backend: Backend): void {
  checkValue(backend)
  checkModule(backend.module)
}

function isBundled(backend: Backend | BundledBackend): backend is BundledBackend {
  return typeof backend === "object" && backend !== null && "load" in backend
}

function checkValue(backend: Pick<Backend, "contract" | "name">): void {
  if (typeof backend !== "object" || backend === null) {
    throw new TypeError("A backend is a value such as onnxruntime() gives.")
  }
  if (backend.contract !== 1) {
    throw new StrongroomError(
      "contract-version",
      `The backend is made for version ${String(backend.contract)} of the contract; this release has version 1. ` +
        "Install versions of @strongroom/core and of the backend that belong together.",
    )
  }
  if (typeof backend.name !== "string" || backend.name === "") throw new TypeError("A backend has a name.")
}

/** A module is a file named by its own package; in a page, one that comes from where the page does. */
function checkModule(module: unknown): void {
  const url = typeof module === "string" && URL.canParse(module) ? new URL(module) : undefined
  if (url?.protocol === "file:" && url.host === "") return
  if (typeof location !== "undefined" && url?.protocol.startsWith("http") && url.origin === location.origin) return
  throw new TypeError("A backend's module is an absolute file: URL, made from its package's import.meta.url.")
}

function refuseBigEndian(): void {
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) {
    throw new Error("Tensors are little-endian here, and this machine is not.")
  }
}

async function importModule(backend: Backend | BundledBackend): Promise<CreateEngine> {
  let module: { readonly default?: unknown }
  try {
    module = isBundled(backend)
      ? await backend.load()
      : await import(/* @vite-ignore */ /* webpackIgnore: true */ backend.module)
  } catch (cause) {
    throw missing(backend, "Its module can't be loaded", cause)
  }
  if (typeof module.default !== "function") throw contractBroken("its module's default export isn't a function")
  return module.default as CreateEngine
}

async function createEngine(backend: Backend | BundledBackend, create: CreateEngine, host: Host): Promise<Engine> {
  let engine: Engine
  try {
    engine = await create(backend.options, host)
  } catch (cause) {
    // No model is open yet, so the engine's words hold nothing of one.
    throw StrongroomError.is(cause) ? cause : missing(backend, "Its engine can't be started", cause)
  }
  checkEngine(engine)
  return engine
}

function missing(backend: Pick<Backend, "name">, what: string, cause: unknown): StrongroomError {
  return new StrongroomError(
    "backend-missing",
    `The backend "${backend.name}" isn't usable here. ${what}: ${cause instanceof Error ? cause.message : String(cause)} ` +
      "Install the backend's package and what its README says it needs.",
    { cause },
  )
}

function checkEngine(engine: Engine): void {
  const { fingerprint, capabilities, load, close } = engine ?? {}
  if (typeof load !== "function" || typeof close !== "function") throw contractBroken("an engine has load and close")
  for (const key of ["engine", "version", "device", "driver"] as const) {
    if (typeof fingerprint?.[key] !== "string") throw contractBroken(`a fingerprint's ${key} is a string`)
  }
  const { kinds, types, installableTypes = {}, parallelRuns, cancels, keepsOutputs } = capabilities ?? {}
  if (!Array.isArray(kinds) || kinds.length === 0) throw contractBroken("capabilities name at least one kind of model")
  if (!Array.isArray(types) || !types.every(isElementType)) throw contractBroken("capabilities name element types")
  if (!Object.entries(installableTypes).every(([type, advice]) => isElementType(type) && typeof advice === "string")) {
    throw contractBroken("installableTypes is sentences by element types")
  }
  if (!Number.isSafeInteger(parallelRuns) || parallelRuns < 1) throw contractBroken("parallelRuns is an integer from 1")
  if (typeof cancels !== "boolean" || typeof keepsOutputs !== "boolean") {
    throw contractBroken("cancels and keepsOutputs are booleans")
  }
}
