import { readFileSync } from "node:fs"
import type { OpenModel, RawTensor, TensorSpec } from "@strongroom/core/backend"
import { elementCount } from "@strongroom/core/host"
import { memoryPart } from "@strongroom/testkit"
import type { Case } from "./case.js"
import { type OnnxValue, readOnnxModel, readTensorFile } from "./onnx-files.js"

/** A case in memory. */
export interface LoadedCase {
  readonly model: OpenModel
  readonly sets: readonly LoadedSet[]
}

export interface LoadedSet {
  readonly inputs: Readonly<Record<string, RawTensor>>
  readonly outputs: Readonly<Record<string, RawTensor>>
}

/** What the backend contract has no words for: an input or output that isn't a tensor, or of a type that it lacks. */
export class NotInContract extends Error {}

/**
 * Reads a case as ONNX's runner does: the files of a set are in the order of the graph's inputs and outputs.
 *
 * @throws NotInContract
 */
export function loadCase({ model, sets }: Case): LoadedCase {
  const bytes = readFileSync(model)
  const { graph } = readOnnxModel(bytes)
  const inputs = graph.inputs.filter(({ name }) => !graph.initializers.has(name))
  for (const { type } of [...inputs, ...graph.outputs]) if (type === undefined) throw notTensor()
  const loaded = sets.map((set): LoadedSet => {
    const given = set.inputs === "ramp" ? inputs.map(ramp) : set.inputs.map(tensorFile)
    return { inputs: byName(inputs, given), outputs: byName(graph.outputs, set.outputs.map(tensorFile)) }
  })
  return {
    model: {
      id: "0".repeat(32),
      kind: "onnx",
      inputs: inputs.map((value) => specOf(value, loaded[0]?.inputs[value.name])),
      outputs: graph.outputs.map((value) => specOf(value, loaded[0]?.outputs[value.name])),
      parts: [memoryPart("graph", "model.onnx", bytes)],
    },
    sets: loaded,
  }
}

const notTensor = () => new NotInContract("it takes or gives what isn't a tensor of a type that the contract has.")

function tensorFile(path: string): RawTensor {
  const { type, shape, data } = readTensorFile(readFileSync(path))
  if (type === "other" || "location" in data) throw notTensor()
  if ("strings" in data) return { type: "string", shape, data: data.strings }
  // A copy begins where an engine may ask for it.
  return { type: type as Exclude<typeof type, "string">, shape, data: Uint8Array.from(data.bytes) }
}

/** onnx/backend/test/runner, generate_dummy_data: `arange(n) / n`. */
function ramp({ shape = [] }: OnnxValue): RawTensor {
  const sizes = shape.map((size) => size ?? 1)
  const count = elementCount(sizes)
  const values = Float32Array.from({ length: count }, (_, index) => index / count)
  return { type: "float32", shape: sizes, data: new Uint8Array(values.buffer) }
}

function byName(values: readonly OnnxValue[], tensors: readonly RawTensor[]): Record<string, RawTensor> {
  if (tensors.length !== values.length) throw new Error("The case has more or fewer files than its graph has inputs.")
  return Object.fromEntries(values.map((value, index) => [value.name, typed(tensors[index] as RawTensor, value)]))
}

/** NumPy has no bfloat16: the files have such elements as uint16, and only the graph says what they are. */
function typed(tensor: RawTensor, { type }: OnnxValue): RawTensor {
  return type === "bfloat16" && tensor.type === "uint16" ? { ...tensor, type } : tensor
}

/** As core's importer says it; where the graph says no rank, the test's own. */
function specOf({ name, type, shape }: OnnxValue, tensor: RawTensor | undefined): TensorSpec {
  if (type === undefined) throw notTensor()
  return { name, type, shape: (shape ?? (tensor?.shape ?? []).map(() => undefined)).map((size) => size ?? "?") }
}
