import type { Declined, EngineSession, LoadContext, OpenModel, Plaintext } from "@strongroom/core/backend"
import { checkedSession } from "../check-session.js"
import { whyDeclined, withCode } from "../failure.js"
import { fromKept } from "../from-kept.js"
import { keptAfterRun } from "../kept-after-run.js"
import type { Place } from "../load.js"
import { mostArtifact } from "../options.js"
import { lendParts, totalBytes } from "../parts.js"
import { processorFeatures } from "../processor.js"
import { engineSession, type RuntimeSession } from "../session.js"
import { compileModel } from "./compile.js"
import type { Provider } from "./provider.js"
import { createSession } from "./session.js"
import { withSessionOptions } from "./session-options.js"

/** Changes when what is kept means something else. */
const artifactVersion = 1

/** Makes a session on a provider of its own, of a model, or of what the provider compiled from it and an earlier load kept. */
export async function loadWithPlugin(
  provider: Provider,
  place: Place,
  model: OpenModel,
  context: LoadContext,
): Promise<EngineSession | Declined> {
  const key = keyOf(provider, place, model)
  const found = key === undefined ? undefined : await fromContext(provider, place, model, context, key)
  if (found !== undefined) return engineSession(found)
  try {
    return await fromParts(provider, place, model, context, key)
  } catch (error) {
    const declined = whyDeclined(error)
    if (declined !== undefined) return { declined }
    throw withCode(error)
  }
}

/** `undefined` where nothing is kept: what the CPU is left with is arranged for its vectors, so they must be known. */
function keyOf({ plugin }: Provider, { host, options }: Place, { parts }: OpenModel): string | undefined {
  if (host.cachePolicy !== "memory" && host.cachePolicy !== "sealed") return undefined
  if (totalBytes(parts) > (options.keepUpTo ?? mostArtifact)) return undefined
  const features = processorFeatures()
  return features && `compiled contexts ${artifactVersion}, ${JSON.stringify(plugin)}, ${features}`
}

/** `undefined` where nothing was kept that the provider takes for this model. */
function fromContext(
  provider: Provider,
  { host, options: { threads } }: Place,
  model: OpenModel,
  context: LoadContext,
  key: string,
): Promise<RuntimeSession | undefined> {
  const kept = {
    find: () => context.artifacts.get(key),
    create: (bytes: Uint8Array) =>
      withSessionOptions(provider, threads, [], (options) => createSession(provider, bytes, options)),
    refused: () => host.observe("cache.policy", { compiledContexts: "refused" }),
  }
  return fromKept(kept, model, context)
}

async function fromParts(
  provider: Provider,
  { host, options: { threads } }: Place,
  model: OpenModel,
  context: LoadContext,
  key: string | undefined,
): Promise<EngineSession> {
  let compiled: Plaintext | undefined
  let session: RuntimeSession
  try {
    session = await lendParts(model.parts, context, (graph, externalData) => {
      if (key !== undefined) {
        compiled = withSessionOptions(provider, threads, externalData, (options) =>
          compileModel(provider, options, graph, (length) => host.allocate(length)),
        )
      }
      return withSessionOptions(provider, threads, compiled ? [] : externalData, (options) =>
        createSession(provider, compiled?.bytes ?? graph, options),
      )
    })
    await checkedSession(model, session)
  } catch (error) {
    compiled?.close()
    throw error
  }
  if (key === undefined || compiled === undefined) return engineSession(session)
  const kept = compiled
  return keptAfterRun(engineSession(session), {
    async keep() {
      try {
        await context.artifacts.put(key, kept.bytes)
      } catch {
        host.observe("cache.policy", { compiledContexts: "not kept" })
      } finally {
        kept.close()
      }
    },
  })
}
