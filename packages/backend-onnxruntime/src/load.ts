import type { Declined, EngineSession, Host, LoadContext, OpenModel } from "@strongroom/core/backend"
import type { InferenceSession } from "onnxruntime-node"
import { checkedSession } from "./check-session.js"
import { whyDeclined, withCode } from "./failure.js"
import { fromKept } from "./from-kept.js"
import { keptAfterRun } from "./kept-after-run.js"
import type { OptimisedFile } from "./optimised-file.js"
import { type OptimisedModel, optimisedModel } from "./optimised-model.js"
import type { CheckedOptions } from "./options.js"
import { type ExternalData, lendParts } from "./parts.js"
import type { Runtime } from "./runtime.js"
import { engineSession } from "./session.js"

/** What sessions are made with. */
export interface Place {
  readonly runtime: Runtime
  readonly sessionOptions: InferenceSession.SessionOptions
  readonly options: CheckedOptions
  readonly host: Host
}

/** Makes a session of an ONNX model and its external data, or of what an earlier load made of them and kept. */
export async function loadModel(
  place: Place,
  model: OpenModel,
  context: LoadContext,
): Promise<EngineSession | Declined> {
  const optimised = optimisedModel(place.host, place.options, model, context.artifacts)
  const found = optimised && (await fromOptimised(place, model, context, optimised))
  if (found !== undefined) return engineSession(found)
  const file = await optimised?.newFile()
  let isMade = false
  try {
    const session = await fromParts(place, model, context, file)
    if ("declined" in session) return session
    isMade = true
    return file ? keptAfterRun(engineSession(session), file) : engineSession(session)
  } finally {
    if (!isMade) await file?.remove()
  }
}

/** `undefined` where nothing was kept that ONNX Runtime takes for this model. */
function fromOptimised(
  { runtime, sessionOptions, host }: Place,
  model: OpenModel,
  context: LoadContext,
  { find }: OptimisedModel,
): Promise<InferenceSession | undefined> {
  // As it is: optimised once more, it could compute something else.
  const asItIs = { ...sessionOptions, graphOptimizationLevel: "disabled" } as const
  const kept = {
    find,
    create: (bytes: Uint8Array) => runtime.InferenceSession.create(bytes, asItIs),
    refused: () => host.observe("cache.policy", { optimisedModel: "refused" }),
  }
  return fromKept(kept, model, context)
}

/**
 * ONNX Runtime parses the graph into its own memory and copies external data out of ours before `create` resolves, so
 * both are zeroed then (a test runs the model afterwards).
 */
async function fromParts(
  place: Place,
  model: OpenModel,
  context: LoadContext,
  file: OptimisedFile | undefined,
): Promise<InferenceSession | Declined> {
  let session: InferenceSession
  try {
    session = await lendParts(model.parts, context, (graph, externalData) =>
      createAndWrite(place, graph, externalData, file),
    )
  } catch (error) {
    const declined = whyDeclined(error)
    if (declined !== undefined) return { declined }
    throw withCode(error)
  }
  return checkedSession(model, session)
}

/** With the optimised model in `file`; without, where it can't be written. */
async function createAndWrite(
  { runtime, sessionOptions }: Place,
  bytes: Uint8Array,
  externalData: readonly ExternalData[],
  file: OptimisedFile | undefined,
): Promise<InferenceSession> {
  const options = { ...sessionOptions, externalData }
  if (file !== undefined) {
    try {
      return await runtime.InferenceSession.create(bytes, { ...options, optimizedModelFilePath: file.path })
    } catch (error) {
      // A piece of it mustn't be kept.
      await file.remove()
      if (whyDeclined(error) !== undefined) throw error
    }
  }
  return runtime.InferenceSession.create(bytes, options)
}
