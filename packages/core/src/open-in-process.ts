import type { ArtifactStore } from "./artifact-store/artifact-store.js"
import { artifactsFor, type HostedArtifacts, noArtifacts } from "./artifact-store/artifacts-for.js"
import type { Compression } from "./artifact-store/compression.js"
import { memoryStore } from "./artifact-store/memory-store.js"
import { addCounts, noCounts } from "./artifact-store/tally.js"
import type { Backend, BundledBackend, Json } from "./backend.js"
import { type CachePolicy, checkCachePolicy } from "./cache-policy.js"
import type { Cryptography } from "./crypto/cryptography.js"
import { type Keys, openSealedModel } from "./format/open.js"
import type { HostedSession } from "./host/hosted-session.js"
import { checkHostable, loadEngine } from "./host/load-engine.js"
import { loadSession } from "./host/load-session.js"
import type { PrivateDirectory } from "./host/private-directory.js"
import { toRaw, toTensor } from "./host/raw-tensor.js"
import type { Report } from "./report/guarantee.js"
import { heldInProcess, inProcessReport } from "./report/in-process.js"
import type { Kept, RunOptions, Session } from "./session.js"
import type { Source } from "./source/source.js"
import type { Tensor } from "./tensor.js"

export interface InProcessOptions {
  /** Default: `off`. */
  readonly cachePolicy?: CachePolicy
  /**
   * For `memory`: where artifacts stay for later sessions of this process. Default: a store for this session alone. For
   * `sealed`, which has no default here: `fileStore()` of `@strongroom/core/node`, or an app's own.
   */
  readonly artifactStore?: ArtifactStore
  /** For `sealed`: `brotli` of `@strongroom/core/node`. Default: artifacts are kept as large as they are. */
  readonly compression?: Compression
  /** For engines that take only paths: `privateDirectory()` of `@strongroom/core/host`. Default: none. */
  readonly directory?: PrivateDirectory
  readonly signal?: AbortSignal
  onProgress?(doneBytes: number, totalBytes: number): void
  /** Default: `portableCryptography`; `nodeCryptography` of `@strongroom/core/node` is faster there. */
  readonly cryptography?: Cryptography
  /** True: the engine's own words appear in errors. They quote the model's names. Default: false. */
  readonly debug?: boolean
}

/** A session in the app's own process. */
export interface InProcessSession extends Session {
  /** What can be said of this place: little. */
  report(): Report
}

/**
 * Opens a sealed model in this process, without a vault: for pages, for tests, and to compare with a vault. Whoever can
 * read the process's memory can read the model. The source is taken over: it is closed with the session, or before this
 * rejects; after an abort, which rejects at once, when the engine has stopped.
 *
 * @throws StrongroomError what `openSealedModel` throws (`policy-vault` for a model that demands a vault),
 * `contract-version`, `backend-*`, `kind-unsupported`, `model-declined`; TypeError and RangeError for misuse.
 */
export async function openInProcess(
  backend: Backend | BundledBackend,
  source: Source,
  keys: Keys,
  options: InProcessOptions = {},
): Promise<InProcessSession> {
  const cachePolicy = options.cachePolicy ?? "off"
  const closing: (() => Promise<void>)[] = [() => source.close()]
  try {
    checkHostable(backend)
    checkCachePolicy(cachePolicy)
    if (cachePolicy === "sealed" && options.artifactStore === undefined) {
      throw new TypeError('The cache policy "sealed" needs artifactStore: fileStore() of @strongroom/core/node, say.')
    }
    const { signal, cryptography, compression } = options
    const model = await openSealedModel(source, keys, {
      ...(signal && { signal }),
      ...(cryptography && { cryptography }),
      place: { vault: false, cachePolicy, backend: backend.name, guarantees: heldInProcess },
    })
    closing.push(model.close)
    const evidence = new Map<string, Json[]>()
    let counts = noCounts
    let artifacts: HostedArtifacts = noArtifacts
    // After the engine, which may save something at the last moment.
    closing.push(() => artifacts.close())
    const loaded = await loadEngine(backend, {
      cachePolicy,
      debug: options.debug ?? false,
      ...(options.directory && { directory: options.directory }),
      observe: (id, fact) => void evidence.set(id, [...(evidence.get(id) ?? []), fact]),
    })
    closing.push(loaded.close)
    const store = options.artifactStore ?? memoryStore()
    const { host, engine } = loaded
    artifacts = artifactsFor(cachePolicy, {
      ...host,
      store,
      compression,
      model: model.header,
      keys: model.artifactKeys,
      fingerprint: engine.fingerprint,
      count(more) {
        counts = addCounts(counts, more)
      },
    })
    const hosted = await loadSession(loaded, model, {
      artifacts,
      ...(signal && { signal }),
      onProgress: (done, total) => options.onProgress?.(done, total),
    })
    const report = () => inProcessReport(backend.name, engine.fingerprint, { cachePolicy, counts }, evidence)
    return sessionOf(hosted, report, () => closeAll(closing))
  } catch (error) {
    const closed = closeAll(closing).catch(() => undefined)
    if (!options.signal?.aborted) await closed
    throw error
  }
}

/** Calls what was pushed last first, all of them; rejects with the first failure. */
async function closeAll(closing: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = []
  for (const close of [...closing].reverse()) await close().catch((error) => failures.push(error))
  if (failures.length > 0) throw failures[0]
}

function sessionOf(hosted: HostedSession, report: () => Report, closeAll: () => Promise<void>): InProcessSession {
  async function run(
    inputs: { readonly [name: string]: Tensor | Kept },
    options?: RunOptions,
  ): Promise<{ readonly [name: string]: Tensor }> {
    if (typeof inputs !== "object" || inputs === null) throw new TypeError("Inputs are an object of tensors by name.")
    const raw = Object.entries(inputs).map(([name, value]) => [name, isKept(value) ? value : toRaw(value)] as const)
    const outputs = Object.entries(await hosted.run(Object.fromEntries(raw), options))
    // With `keep` some are Kept, as the third signature of Session.run says.
    return Object.fromEntries(
      outputs.map(([name, value]) => [name, isKept(value) ? (value as never) : toTensor(value)]),
    )
  }
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= closeAll()
    return closing
  }
  return {
    inputs: hosted.inputs,
    outputs: hosted.outputs,
    run,
    report,
    close,
    [Symbol.asyncDispose]: close,
  }
}

function isKept(value: object): value is Kept {
  return typeof value === "object" && value !== null && "kept" in value
}
