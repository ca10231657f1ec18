import { onnxruntime } from "@strongroom/backend-onnxruntime"
import { bytesSource, importOnnx, openInProcess } from "@strongroom/core"
import { createPublisher } from "@strongroom/testkit"
import { tensor } from "@strongroom/vault"
import {
  type AttributeValue,
  graphProto,
  modelProto,
  nodeProto,
  tensorProto,
  valueInfoProto,
} from "../../../testkit/src/write/onnx-messages.js"
import { bytesOf } from "../../src/graph/elements.js"
import { readOnnxModel } from "../../src/onnx/read-model.js"
import { type NetworkRunner, runSession, type TestTensor } from "../operators/network-runner.js"

/** Writes a node, and gives its output's name; tensors among its inputs become initializers. */
export type Apply = (
  operator: string,
  inputs: readonly (string | TestTensor)[],
  attributes?: Readonly<Record<string, AttributeValue>>,
) => string

/** A model that `build` writes node by node, which gives the names of its outputs with how many axes each has. */
export interface SmallModel {
  readonly inputs: Readonly<Record<string, TestTensor>>
  readonly build: (apply: Apply) => Readonly<Record<string, number>>
  /** Default: 17. */
  readonly version?: number
}

function write({ inputs, build, version = 17 }: SmallModel): Uint8Array {
  const nodes: Uint8Array[] = []
  const initializers: Uint8Array[] = []
  const apply: Apply = (operator, read, attributes = {}) => {
    const output = `${operator.toLowerCase()}-${nodes.length}`
    const names = read.map((each) => {
      if (typeof each === "string") return each
      const name = `constant-${initializers.length}`
      const { type, shape, elements } = each
      initializers.push(tensorProto({ name, type: type as "float32", shape }, new Uint8Array(bytesOf(type, elements))))
      return name
    })
    nodes.push(nodeProto(operator, names, output, { attributes }))
    return output
  }
  const outputs = Object.entries(build(apply)).map(([name, rank]) => {
    return valueInfoProto({
      name,
      type: "float32",
      shape: Array.from({ length: rank }, (_, axis) => `${name}.${axis}`),
    })
  })
  const graph = graphProto({
    ...{ name: "small", nodes, initializers, outputs },
    inputs: Object.entries(inputs).map(([name, { type, shape }]) => {
      return valueInfoProto({ name, type: type as "float32", shape })
    }),
  })
  return modelProto(graph, { version: 8, operatorSets: { "": version } })
}

/** How far apart what both make of each output is, its two shapes, and how many kernels the run has launched here. */
export async function both(runner: NetworkRunner, model: SmallModel) {
  const bytes = write(model)
  const { bytes: sealed, keys } = await (await createPublisher()).ship(await importOnnx(bytesSource(bytes)))
  await using reference = await openInProcess(onnxruntime(), bytesSource(sealed), keys)
  const raw = Object.entries(model.inputs).map(([name, { type, shape, elements }]) => {
    const data = type === "bool" ? Uint8Array.from(elements, Number) : Float32Array.from(elements, Number)
    return [name, tensor(type as "float32", [...shape], data as Float32Array)] as const
  })
  const expected = await reference.run(Object.fromEntries(raw))
  const { graph, operatorSets } = readOnnxModel(bytes)
  const session = await runner.open(graph, operatorSets.get("") as number)
  const names = graph.outputs.map(({ name }) => name)
  const found = await runSession(session, model.inputs, names)
  const { launches } = session
  await session.close()
  return names.map((name) => {
    const [ours, theirs] = [found[name] as TestTensor, expected[name]]
    return {
      launches,
      shapes: [[...ours.shape], [...(theirs?.shape ?? [])]],
      furthest: furthest(ours.elements.map(Number), Array.from(theirs?.data as Float32Array)),
    }
  })
}

/** Relative to the largest, or 1; infinite where only one isn't a number, or finite. */
function furthest(found: readonly number[], expected: readonly number[]): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY
  const largest = expected.filter(Number.isFinite).reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  return found.reduce((most, value, index) => {
    const other = expected[index] as number
    if (Object.is(value, other) || value === other) return most
    const difference = Math.abs(value - other) / largest
    return Number.isFinite(difference) ? Math.max(most, difference) : Number.POSITIVE_INFINITY
  }, 0)
}
