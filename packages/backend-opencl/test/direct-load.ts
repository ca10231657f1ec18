import type { EngineSession, Host, OpenModel, Part, RawTensor } from "@strongroom/core/backend"
import { noArtifacts, tensorByteLength } from "@strongroom/core/host"
import type { Context } from "@strongroom/opencl/objects"
import { memoryPart } from "@strongroom/testkit"
import { loadNetwork } from "../src/engine/load.js"
import { readOnnxModel } from "../src/onnx/read-model.js"
import { makePlace } from "../src/place.js"

/** Loads an ONNX file without a host around the engine, whose errors are seen as they are. Inputs may be of any shape. */
export async function loadDirectly(
  context: Context,
  file: Uint8Array,
  weights: readonly Part[] = [],
): Promise<EngineSession | { readonly declined: string }> {
  const { graph } = readOnnxModel(file)
  const specs = (values: typeof graph.inputs) => values.map(({ name, type }) => ({ name, type, shape: ["any"] }))
  const model = {
    id: "0".repeat(32),
    kind: "onnx",
    inputs: specs(graph.inputs.filter(({ name }) => !graph.initializers.has(name))),
    outputs: specs(graph.outputs),
    parts: [memoryPart("graph", "model.onnx", file), ...weights],
  } as unknown as OpenModel
  const host = { cachePolicy: "off", observe() {} } as unknown as Host
  const { signal } = new AbortController()
  return loadNetwork(makePlace(host, context), model, { signal, progress() {}, artifacts: noArtifacts })
}

export function runDirectly(
  session: EngineSession,
  inputs: Readonly<Record<string, RawTensor>>,
  outputs: readonly string[],
) {
  return session.run({
    inputs,
    outputs,
    keep: [],
    allocate: (type, shape) => new Uint8Array(tensorByteLength(type, shape)),
    signal: new AbortController().signal,
  })
}
