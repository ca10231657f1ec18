import {
  type Declined,
  type EngineSession,
  type LoadContext,
  type OpenModel,
  type Part,
  StrongroomError,
} from "@strongroom/core/backend"
import type { Device } from "@strongroom/opencl/objects"
import { withCode } from "../failure.js"
import { detached } from "../onnx/detach.js"
import type { OnnxModel } from "../onnx/model.js"
import { readOnnxModel } from "../onnx/read-model.js"
import type { Place } from "../place.js"
import { kernelDevice } from "../plan/lower.js"
import { poclFolder } from "../programs/pocl-folder.js"
import { passingStore, programStore } from "../programs/program-store.js"
import { constants } from "./constants.js"
import { deviceMemory } from "./device-memory.js"
import { keptPlans } from "./kept-plans.js"
import { type SessionKernels, sessionKernels } from "./kernels-of-session.js"
import { networkSession } from "./session.js"
import { checkSignature } from "./signature.js"
import { whyDeclined } from "./supported.js"
import { estimating, measuring } from "./tuning/session-tuning.js"
import { checkWeights, modelWeights } from "./weights.js"

/**
 * Reads a network's graph, unless plans of it were kept; its weights go to the device when the shapes of its inputs are
 * known.
 */
export async function loadNetwork(
  place: Place,
  model: OpenModel,
  context: LoadContext,
): Promise<EngineSession | Declined> {
  const { signal, artifacts, progress } = context
  // The session's own signal: weights are read when it runs.
  const { signal: ofSession } = new AbortController()
  const graphs = model.parts.filter(({ role }) => role === "graph")
  const [graph] = graphs
  if (graph === undefined || graphs.length > 1) {
    throw new StrongroomError("backend-failed", "An ONNX model has one part of role graph: seal it again as ONNX.")
  }
  const kernels = sessionKernels(programStore(place.context, place.host, artifacts), artifacts)
  const begun = kernels.begin()
  let network: Promise<OnnxModel> | undefined
  function networkOnce(): Promise<OnnxModel> {
    network ??= readNetwork(model, graph as Part, session === undefined ? signal : ofSession).catch((error) => {
      network = undefined
      throw error
    })
    return network
  }
  let session: EngineSession | undefined
  let tuning = estimating
  const goOn = () => {
    if (session === undefined) signal.throwIfAborted()
  }
  try {
    const plans = await keptPlans(place, artifacts)
    if (plans.isEmpty) {
      const reason = whyDeclined(await networkOnce())
      if (reason !== undefined) return { declined: reason }
    }
    progress(
      graph.byteLength,
      model.parts.reduce((sum, { byteLength }) => sum + byteLength, 0),
    )
    await begun
    const weights = modelWeights(model, ofSession)
    if (place.tuning === "measured") {
      const device = kernelDevice(place.context.devices[0] as Device, place.kernels)
      tuning = await measuring(place, device, passingKernels(place), artifacts, goOn)
    }
    const memory = deviceMemory(place)
    const workshop = { place, memory, kernels, constants: constants(memory), weights, tuning }
    session = await networkSession(workshop, model, networkOnce, plans)
    return session
  } catch (error) {
    throw withCode(error)
  } finally {
    await begun
    if (session === undefined) await Promise.all([kernels.close(), tuning.close()])
  }
}

/** For kernels that are tried once: none is kept. */
function passingKernels({ context, host }: Place): SessionKernels {
  return sessionKernels(passingStore(context, poclFolder(context, host)), {
    get: async () => undefined,
    put: async () => {},
  })
}

/** Nothing of it holds on to the part's plaintext. @throws StrongroomError where it isn't what the manifest says */
async function readNetwork(model: OpenModel, graph: Part, signal: AbortSignal): Promise<OnnxModel> {
  const file = await graph.bytes(signal)
  try {
    const network = detached(readOnnxModel(file.bytes), { bytes: file.bytes, location: graph.name })
    checkSignature(model, network)
    checkWeights(model, network)
    return network
  } finally {
    file.close()
  }
}
