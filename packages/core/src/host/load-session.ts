import { noArtifacts } from "../artifact-store/artifacts-for.js"
import type { Artifacts, Declined, EngineSession } from "../backend.js"
import { StrongroomError } from "../errors.js"
import { contractBroken, engineFailure } from "./failure.js"
import { type HostedSession, hostSession } from "./hosted-session.js"
import type { LoadedEngine } from "./load-engine.js"
import type { ModelToHost } from "./model-to-host.js"
import { lendModel } from "./open-model.js"

export interface LoadSessionOptions {
  /** Rejects with the signal's reason at once; what the engine is doing then is undone when it has done it. */
  readonly signal?: AbortSignal
  onProgress?(doneBytes: number, totalBytes: number): void
  /** From `artifactsFor()`. Default: none. */
  readonly artifacts?: Artifacts
}

/**
 * Loads `model` into an engine. The model stays its owner's, who closes it after the session: parts may be read until
 * then.
 *
 * @throws StrongroomError `kind-unsupported`, `model-declined`, `backend-failed`, and what reading a part throws.
 */
export async function loadSession(
  loaded: LoadedEngine,
  model: ModelToHost,
  options: LoadSessionOptions = {},
): Promise<HostedSession> {
  const { signal } = options
  signal?.throwIfAborted()
  checkSupport(loaded, model)
  const never = new AbortController().signal
  const lease = lendModel(model, loaded.host, signal ?? never)
  const made = loadIntoEngine(loaded, lease.model, options, signal ?? never)
    .then((session) =>
      hostSession({ session, loaded, inputs: model.manifest.inputs, outputs: model.manifest.outputs, lease }),
    )
    .catch(async (error) => {
      await lease.close()
      throw error
    })
  const pending = {
    close: () =>
      made.then(
        (session) => session.close(),
        () => undefined,
      ),
  }
  loaded.sessions.add(pending)
  made.catch(() => undefined).finally(() => loaded.sessions.delete(pending))
  return signal === undefined ? made : abandonable(made, signal)
}

function checkSupport({ backend, engine }: LoadedEngine, { manifest }: ModelToHost): void {
  const { kinds, types, installableTypes = {} } = engine.capabilities
  if (!kinds.includes(manifest.kind)) {
    throw new StrongroomError(
      "kind-unsupported",
      `The backend "${backend.name}" runs models of kind ${kinds.join(", ")}; this one is ${manifest.kind}. Choose another backend.`,
    )
  }
  const lacking = [...manifest.inputs, ...manifest.outputs].find(({ type }) => !types.includes(type))
  if (lacking !== undefined) {
    const advice = lacking.type === "string" ? undefined : installableTypes[lacking.type]
    const what = `The backend "${backend.name}" has no ${lacking.type} tensors, which this model takes or gives.`
    throw new StrongroomError("model-declined", advice === undefined ? what : `${what} ${advice}`)
  }
}

async function loadIntoEngine(
  { backend, engine, host }: LoadedEngine,
  model: Parameters<LoadedEngine["engine"]["load"]>[0],
  options: LoadSessionOptions,
  signal: AbortSignal,
): Promise<EngineSession> {
  let answer: EngineSession | Declined
  try {
    answer = await engine.load(model, {
      signal,
      artifacts: options.artifacts ?? noArtifacts,
      progress: (done, total) => {
        if (!signal.aborted) options.onProgress?.(done, total)
      },
    })
  } catch (error) {
    throw engineFailure("while it loaded the model", error, host.debug)
  }
  if (typeof answer !== "object" || answer === null) throw contractBroken("load gives a session, or why not")
  if (!("declined" in answer)) {
    if (typeof answer.run === "function" && typeof answer.close === "function") return answer
    throw contractBroken("a session has run and close")
  }
  if (typeof answer.declined !== "string" || answer.declined.trim() === "") {
    throw contractBroken("an engine that declines a model says why")
  }
  throw new StrongroomError("model-declined", `The backend "${backend.name}" can't run this model: ${answer.declined}`)
}

/** Rejects when `signal` aborts; a session that comes later is closed unseen. */
function abandonable(made: Promise<HostedSession>, signal: AbortSignal): Promise<HostedSession> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      reject(signal.reason)
      made.then((session) => session.close()).catch(() => undefined)
    }
    signal.addEventListener("abort", leave, { once: true })
    made.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave))
    if (signal.aborted) leave()
  })
}
