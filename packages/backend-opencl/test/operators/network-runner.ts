import type { Artifacts, OpenModel, RawTensor } from "@strongroom/core/backend"
import { tensorByteLength } from "@strongroom/core/host"
import { constants } from "../../src/engine/constants.js"
import { deviceMemory } from "../../src/engine/device-memory.js"
import { keptPlans } from "../../src/engine/kept-plans.js"
import { sessionKernels } from "../../src/engine/kernels-of-session.js"
import { type NetworkSession, networkSession } from "../../src/engine/session.js"
import { estimating, type SessionTuning } from "../../src/engine/tuning/session-tuning.js"
import { modelWeights } from "../../src/engine/weights.js"
import { bytesOf, type Elements, elementsOf } from "../../src/graph/elements.js"
import type { TensorType } from "../../src/graph/tensor-type.js"
import type { OnnxAttribute, OnnxGraph, OnnxNode } from "../../src/onnx/model.js"
import type { KernelKind } from "../../src/options.js"
import { makePlace } from "../../src/place.js"
import type { ProgramStore } from "../../src/programs/program-store.js"
import { createPoclContext } from "../kernels/kernel-runner.js"

export interface TestTensor {
  readonly type: TensorType
  readonly shape: readonly number[]
  readonly elements: Elements
}

export const tensor = (type: TensorType, shape: readonly number[], elements: Elements): TestTensor => ({
  type,
  shape,
  elements,
})
export const floats = (...elements: readonly number[]) => tensor("float32", [elements.length], elements)
export const integers = (...elements: readonly number[]) => tensor("int64", [elements.length], elements.map(BigInt))

type Attribute = number | string | readonly number[] | OnnxGraph | { readonly float: number }

/** Numbers are integers; floats are `{ float }`. */
export function node(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
): OnnxNode {
  const entries = Object.entries(attributes).map(([name, value]) => [name, attributeOf(value)] as const)
  return { operator, domain: "", name: "", inputs, outputs, attributes: new Map(entries) }
}

function attributeOf(value: Attribute): OnnxAttribute {
  if (typeof value === "number") return { kind: "int", value: BigInt(value) }
  if (typeof value === "string") return { kind: "string", value }
  if ("nodes" in value) return { kind: "graph", value }
  if ("float" in value) return { kind: "float", value: value.float }
  return { kind: "ints", value: value.map(BigInt) }
}

/** @param type what the outputs are declared as, which counts for small floats */
export function graph(
  nodes: readonly OnnxNode[],
  inputs: readonly string[],
  outputs: readonly string[],
  type: TensorType = "float32",
  constants: Readonly<Record<string, TestTensor>> = {},
): OnnxGraph {
  const named = (name: string) => ({ name, type, shape: undefined })
  const initializers = Object.entries(constants).map(([name, { type, shape, elements }]) => {
    return [name, { type, shape, data: { bytes: bytesOf(type, elements) } }] as const
  })
  return { nodes, inputs: inputs.map(named), outputs: outputs.map(named), initializers: new Map(initializers) }
}

/** Kinds of devices whose kernels compute the same, on any. */
export const kernelKinds: readonly KernelKind[] = ["cpu", "gpu"]

export interface NetworkRunner {
  /** A session; it goes with the runner. @param version of ONNX's operator set @param artifacts default: none is kept */
  open(
    network: OnnxGraph,
    version: number,
    tuning?: SessionTuning,
    artifacts?: Pick<Artifacts, "get" | "put">,
  ): Promise<NetworkSession>
  /** Runs nodes once, for the values called `outputs`. */
  run(
    nodes: readonly OnnxNode[],
    values: {
      readonly inputs: Readonly<Record<string, TestTensor>>
      readonly constants?: Readonly<Record<string, TestTensor>>
      readonly outputs: readonly string[]
    },
    tuning?: SessionTuning,
  ): Promise<readonly TestTensor[]>
  /** Runs one node. Its outputs are called 0, 1 and so on; inputs that are left out are undefined. */
  node(
    operator: string,
    version: number,
    inputs: readonly (TestTensor | undefined)[],
    attributes?: Readonly<Record<string, Attribute>>,
    outputs?: number,
    type?: TensorType,
  ): Promise<readonly TestTensor[]>
  /** How many programs were compiled. */
  readonly programs: number
  /** How often a session has asked for its network's graph. */
  readonly graphs: number
  release(): void
}

/**
 * Runs networks on PoCL, in this process.
 *
 * @param kind of device that kernels are written for. Default: PoCL's own, a CPU
 */
export function createNetworkRunner(kind?: KernelKind): NetworkRunner {
  const context = createPoclContext()
  let programs = 0
  let graphs = 0
  const store: ProgramStore = {
    async restore() {},
    async program(_key, source, compilerOptions) {
      programs += 1
      return context.createProgram(await source(), { compilerOptions })
    },
    async keep() {},
  }
  const host = { observe() {} } as unknown as Parameters<typeof networkSession>[0]["place"]["host"]

  async function open(
    network: OnnxGraph,
    version: number,
    tuning = estimating,
    artifacts = noArtifacts,
  ): Promise<NetworkSession> {
    const operatorSets = new Map([["", version]])
    const place = makePlace(host, context, "estimated", kind)
    // Nothing is known of shapes before the first run, and weights have their bytes with them.
    const inputs = [{ name: "unknown", type: "float32", shape: ["?"] }]
    const model = { inputs, outputs: [], parts: [] } as unknown as OpenModel
    const onnx = async () => {
      graphs += 1
      return { graph: network, operatorSets, functions: new Map() }
    }
    const weights = modelWeights(model, new AbortController().signal)
    const memory = deviceMemory(place)
    const kernels = sessionKernels(store, noArtifacts)
    const workshop = { place, memory, kernels, constants: constants(memory), weights, tuning }
    return networkSession(workshop, model, onnx, await keptPlans(place, artifacts))
  }

  return {
    open,
    async run(nodes, { inputs, constants, outputs }, tuning) {
      const session = await open(graph(nodes, Object.keys(inputs), outputs, "float32", constants), 18, tuning)
      const answer = await runSession(session, inputs, outputs)
      await session.close()
      return outputs.map((name) => answer[name] as TestTensor)
    },
    async node(operator, version, inputs, attributes = {}, outputs = 1, type = "float32") {
      const names = inputs.map((input, index) => (input === undefined ? "" : `input${index}`))
      const results = Array.from({ length: outputs }, (_, index) => `${index}`)
      const one = node(operator, names, results, attributes)
      const session = await open(graph([one], names.filter(Boolean), results, type), version)
      const given = Object.fromEntries(
        inputs.flatMap((input, index) => (input ? [[`input${index}`, input] as const] : [])),
      )
      const answer = await runSession(session, given, results)
      await session.close()
      return results.map((name) => answer[name] as TestTensor)
    },
    get programs() {
      return programs
    },
    get graphs() {
      return graphs
    },
    release: () => context.release(),
  }
}

export async function runSession(
  session: NetworkSession,
  inputs: Readonly<Record<string, TestTensor>>,
  outputs: readonly string[],
): Promise<Record<string, TestTensor>> {
  const raw = Object.entries(inputs).map(([name, { type, shape, elements }]) => {
    return [name, { type, shape, data: bytesOf(type, elements) }] as const
  })
  const results = await session.run({
    inputs: Object.fromEntries(raw),
    outputs: [...outputs],
    keep: [],
    allocate: (type, shape) => new Uint8Array(tensorByteLength(type, shape)),
    signal: new AbortController().signal,
  })
  return Object.fromEntries(
    Object.entries(results).map(([name, result]) => {
      const { type, shape, data } = result as RawTensor & { readonly data: Uint8Array }
      return [name, tensor(type as TensorType, shape, elementsOf(type as TensorType, data))]
    }),
  )
}

const noArtifacts: Pick<Artifacts, "get" | "put"> = { get: async () => undefined, put: async () => {} }
