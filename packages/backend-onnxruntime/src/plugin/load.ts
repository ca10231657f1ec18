import type { Declined, EngineSession, LoadContext, OpenModel, Plaintext } from "@strongroom/core/backend"
import { checkSession } from "../check-session.js"
import { whyDeclined, withCode } from "../failure.js"
import { keptAfterRun } from "../kept-after-run.js"
import type { Place } from "../load.js"
import { mostArtifact } from "../options.js"
import { partReader, sortParts, totalBytes } from "../parts.js"
import { processorFeatures } from "../processor.js"
import { engineSession, type RuntimeSession } from "../session.js"
import { compileModel } from "./compile.js"
import type { Provider } from "./provider.js"
import { createSession } from "./session.js"
import { type ExternalData, withSessionOptions } from "./session-options.js"

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
async function fromContext(
  provider: Provider,
  { host, options: { threads } }: Place,
  model: OpenModel,
  { artifacts, signal, progress }: LoadContext,
  key: string,
): Promise<RuntimeSession | undefined> {
  const found = await artifacts.get(key)
  let session: RuntimeSession | undefined
  try {
    signal.throwIfAborted()
    if (found === undefined) return undefined
    session = withSessionOptions(provider, threads, [], (options) => createSession(provider, found.bytes, options))
    checkSession(model, session)
    const total = totalBytes(model.parts)
    progress(total, total)
    return session
  } catch {
    await session?.release()
    signal.throwIfAborted()
    host.observe("cache.policy", { compiledContexts: "refused" })
    return undefined
  } finally {
    found?.close()
  }
}

async function fromParts(
  provider: Provider,
  { host, options: { threads } }: Place,
  model: OpenModel,
  context: LoadContext,
  key: string | undefined,
): Promise<EngineSession> {
  const { graph, weights } = sortParts(model.parts)
  const held: Plaintext[] = []
  const read = partReader(model.parts, held, context)
  let compiled: Plaintext | undefined
  let session: RuntimeSession
  try {
    const bytes = await read(graph)
    const externalData: ExternalData[] = []
    for (const part of weights) externalData.push({ path: part.name, data: await read(part) })
    context.signal.throwIfAborted()
    const made =
      key &&
      withSessionOptions(provider, threads, externalData, (options) =>
        compileModel(provider, options, bytes, (length) => host.allocate(length)),
      )
    if (made) compiled = made
    session = withSessionOptions(provider, threads, compiled ? [] : externalData, (options) =>
      createSession(provider, compiled?.bytes ?? bytes, options),
    )
  } catch (error) {
    compiled?.close()
    throw error
  } finally {
    for (const plaintext of held) plaintext.close()
  }
  try {
    checkSession(model, session)
  } catch (error) {
    compiled?.close()
    await session.release()
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
