import type { Declined, EngineSession, Host, LoadContext, OpenModel, Part } from "@strongroom/core/backend"
import { StrongroomError } from "@strongroom/core/backend"
import type { GraphModel } from "@tensorflow/tfjs-converter"
import type { io } from "@tensorflow/tfjs-core"
import { graphOf, lackingOperators } from "./graph.js"
import { partReader } from "./part-reader.js"
import { activate, type Runtime } from "./runtime.js"
import { engineSession } from "./session.js"
import { readWeights, type Weights } from "./weights.js"

/** Which engine a model runs on, by the name that it may give. */
export interface Engines {
  forModel(wanted: unknown): Promise<Runtime>
}

/** Makes a session of a model.json and its shards, which are the parts of role weights in the order of the manifest. */
export async function loadModel(
  engines: Engines,
  host: Host,
  model: OpenModel,
  { signal, progress }: LoadContext,
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
  let graphModel: GraphModel | undefined
  try {
    graphModel = await makeModel(runtime, json, weights.tensors)
    const lacking = lackingOperators(graphOf(graphModel), (kernel) => hasKernel(runtime, kernel))
    await runtime.check?.()
    signal.throwIfAborted()
    if (lacking.length === 0) return engineSession(runtime, graphModel, weights)
    weights.release()
    return { declined: `it has no ${lacking.join(", ")} on ${runtime.title}.` }
  } catch (error) {
    weights.release()
    throw error
  }
}

/** `userDefinedMetadata.strongroom.engine`: the place that model.json has for what TensorFlow.js itself doesn't read. */
function wantedEngine({ userDefinedMetadata }: io.ModelJSON): unknown {
  const ours = userDefinedMetadata?.strongroom as { readonly engine?: unknown } | null | undefined
  return ours?.engine
}

function hasKernel({ tf, backend }: Runtime, kernel: string): boolean {
  return tf.getKernel(kernel, backend) !== undefined
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

/** `weights` are in the engine already, so that no copy of the whole is made, as TensorFlow.js's own loaders do. */
async function makeModel(runtime: Runtime, json: io.ModelJSON, weights: Weights["tensors"]): Promise<GraphModel> {
  const { tf, converter } = runtime
  const artifacts: io.ModelArtifacts = {
    modelTopology: json.modelTopology,
    ...(json.signature && { signature: json.signature }),
    ...(json.userDefinedMetadata && { userDefinedMetadata: json.userDefinedMetadata }),
  }
  const handler = { load: async () => artifacts }
  activate(runtime)
  const model = new converter.GraphModel(handler, {}, { ...tf.io, decodeWeights: () => weights })
  await model.load()
  return model
}

function broken(expected: string): StrongroomError {
  return new StrongroomError("backend-failed", `This isn't a TF.js graph model: ${expected}. Import and seal it again.`)
}
