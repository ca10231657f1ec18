import type {
  Declined,
  EngineSession,
  LoadContext,
  OpenModel,
  Part,
  Plaintext,
  TensorSpec,
} from "@strongroom/core/backend"
import { StrongroomError } from "@strongroom/core/backend"
import type { InferenceSession } from "onnxruntime-node"
import { whyDeclined, withCode } from "./failure.js"
import type { Runtime } from "./runtime.js"
import { engineSession } from "./session.js"

/**
 * Makes a session of an ONNX model and its external data, all from memory.
 *
 * ONNX Runtime parses the graph into its own memory and copies external data out of ours before `create` resolves, so
 * both are zeroed then (a test runs the model afterwards).
 */
export async function loadModel(
  runtime: Runtime,
  options: InferenceSession.SessionOptions,
  model: OpenModel,
  context: LoadContext,
): Promise<EngineSession | Declined> {
  const { graph, weights } = sortParts(model.parts)
  const held: Plaintext[] = []
  const read = reader(model.parts, held, context)
  let session: InferenceSession
  try {
    const bytes = await read(graph)
    const externalData = []
    for (const part of weights) externalData.push({ path: part.name, data: await read(part) })
    context.signal.throwIfAborted()
    session = await runtime.InferenceSession.create(bytes, { ...options, externalData })
  } catch (error) {
    const declined = whyDeclined(error)
    if (declined !== undefined) return { declined }
    throw withCode(error)
  } finally {
    for (const plaintext of held) plaintext.close()
  }
  try {
    checkTensors(model.inputs, session.inputMetadata)
    checkTensors(model.outputs, session.outputMetadata)
  } catch (error) {
    await session.release()
    throw error
  }
  return engineSession(session)
}

function sortParts(parts: readonly Part[]): { graph: Part; weights: readonly Part[] } {
  const [graph, ...others] = parts.filter(({ role }) => role === "graph")
  if (graph === undefined || others.length > 0) {
    throw new StrongroomError("backend-failed", "An ONNX model has one part of role graph: seal it again as ONNX.")
  }
  return { graph, weights: parts.filter((part) => part !== graph) }
}

function reader(parts: readonly Part[], held: Plaintext[], { signal, progress }: LoadContext) {
  const total = parts.reduce((sum, { byteLength }) => sum + byteLength, 0)
  let done = 0
  return async (part: Part): Promise<Uint8Array> => {
    const plaintext = await part.bytes(signal)
    held.push(plaintext)
    done += part.byteLength
    progress(done, total)
    return plaintext.bytes
  }
}

/** An input that the graph doesn't have would be ignored without a word. */
function checkTensors(specs: readonly TensorSpec[], found: readonly InferenceSession.ValueMetadata[]): void {
  const types = new Map(found.map((value) => [value.name, value.isTensor ? value.type : undefined]))
  if (types.size === specs.length && specs.every(({ name, type }) => types.get(name) === type)) return
  throw new StrongroomError(
    "backend-failed",
    "The manifest's inputs or outputs aren't those of the graph, by name and type: import and seal the model again.",
  )
}
