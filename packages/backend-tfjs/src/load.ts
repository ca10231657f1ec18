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
  const total = byteLengthOf(model.parts)
  const [graphPart, ...others] = model.parts.filter(({ role }) => role === "graph")
  if (graphPart === undefined || others.length > 0) return broken("it has one part of role graph")
  const json = await readJson(graphPart, signal)
  progress(graphPart.byteLength, total)
  const runtime = await engines.forModel(wantedEngine(json))
  const groups = json.weightsManifest ?? []
  if (!runtime.hasComplexNumbers && groups.some(({ weights }) => weights.some(({ dtype }) => dtype === "complex64"))) {
    return { declined: `it has no complex numbers on ${runtime.title}.` }
  }
  let before = graphPart.byteLength
  const weightGroups = groups.map(({ paths, weights: specs }) => {
    const shards = paths.map((path) => shardAt(model.parts, path))
    const start = before
    before += byteLengthOf(shards)
    return { reader: partReader(shards, signal, (done) => progress(start + done, total)), specs }
  })
  const weights = await readWeights(runtime, host, weightGroups)
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

/** A file of the weights, by its path in the weightsManifest: the order of the parts means nothing. */
function shardAt(parts: readonly Part[], path: string): Part {
  const part = parts.find(({ role, name }) => role === "weights" && name === path)
  return part ?? broken("it has every file that its weightsManifest names")
}

function byteLengthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { byteLength }) => sum + byteLength, 0)
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
  return broken("its graph is JSON with a modelTopology")
}

function broken(expected: string): never {
  throw new StrongroomError(
    "backend-failed",
    `This isn't a TensorFlow.js model: ${expected}. Import and seal it again.`,
  )
}
