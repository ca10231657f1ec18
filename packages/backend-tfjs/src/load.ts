import type { Declined, EngineSession, Host, LoadContext, OpenModel, Part } from "@strongroom/core/backend"
import { StrongroomError } from "@strongroom/core/backend"
import type { io } from "@tensorflow/tfjs-core"
import type { Computation } from "./computation.js"
import { graphComputation } from "./graph-model.js"
import { layersComputation } from "./layers-model.js"
import { partReader } from "./part-reader.js"
import type { Runtime } from "./runtime.js"
import { engineSession } from "./session.js"
import { readWeights } from "./weights.js"

/** Which engine a model runs on, by the name that it may give. */
export interface Engines {
  forModel(wanted: unknown): Promise<Runtime>
}

/** Makes a session of a model.json and its shards, which are the parts of role weights in the order of the manifest. */
export async function loadModel(
  engines: Engines,
  host: Host,
  model: OpenModel,
  { signal, progress, artifacts }: LoadContext,
): Promise<EngineSession | Declined> {
  const total = model.parts.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const [graphPart, ...others] = model.parts.filter(({ role }) => role === "graph")
  if (graphPart === undefined || others.length > 0) throw broken("it has one part of role graph")
  const json = await readJson(graphPart, signal)
  progress(graphPart.byteLength, total)
  if (json.modelInitializer !== undefined && json.modelInitializer !== null) {
    return { declined: "it needs a graph that runs once at the start (hash tables), which this backend lacks." }
  }
  const runtime = await engines.forModel(wantedEngine(json))
  const specs = (json.weightsManifest ?? []).flatMap(({ weights }) => weights)
  if (!runtime.hasComplexNumbers && specs.some(({ dtype }) => dtype === "complex64")) {
    return { declined: `it has no complex numbers on ${runtime.title}.` }
  }
  const shards = model.parts.filter(({ role }) => role === "weights")
  const reader = partReader(shards, signal, (done) => progress(graphPart.byteLength + done, total))
  const weights = await readWeights(runtime, host, reader, specs)
  let computation: Computation | undefined
  try {
    const make = model.kind === "tfjs-layers" ? layersComputation : graphComputation
    const made = await make(runtime, json, weights.tensors)
    if ("declined" in made) {
      weights.release()
      return made
    }
    computation = made
    await runtime.check?.()
    signal.throwIfAborted()
    return engineSession(runtime, computation, weights, await runtime.compiled?.(host, artifacts))
  } catch (error) {
    weights.release()
    computation?.dispose()
    throw error
  }
}

/** `userDefinedMetadata.strongroom.engine`: the place that model.json has for what TensorFlow.js itself doesn't read. */
function wantedEngine({ userDefinedMetadata }: io.ModelJSON): unknown {
  const ours = userDefinedMetadata?.strongroom as { readonly engine?: unknown } | null | undefined
  return ours?.engine
}

async function readJson(part: Part, signal: AbortSignal): Promise<io.ModelJSON> {
  const plaintext = await part.bytes(signal)
  try {
    const json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(plaintext.bytes))
    if (typeof json === "object" && json !== null && typeof json.modelTopology === "object") return json
  } catch {
    // Below: the parser's own message would quote the text.
  } finally {
    plaintext.close()
  }
  throw broken("its graph is JSON with a modelTopology")
}

function broken(expected: string): StrongroomError {
  return new StrongroomError(
    "backend-failed",
    `This isn't a TensorFlow.js model: ${expected}. Import and seal it again.`,
  )
}
