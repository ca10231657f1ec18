import { type RawTensor, StrongroomError } from "@strongroom/core/backend"
import type { DeviceBuffer } from "@strongroom/opencl/objects"
import { Builder } from "../graph/builder.js"
import { bytesOf, type Elements, elementsOf } from "../graph/elements.js"
import type { Operation } from "../graph/operation.js"
import { byteLengthOf, makeTensor, type Tensor } from "../graph/tensor.js"
import { isTensorType } from "../graph/tensor-type.js"
import type { OnnxModel, OnnxTensor } from "../onnx/model.js"
import { lower } from "../plan/lower.js"
import { type CompiledPlan, compilePlan, type Workshop } from "./compiled-plan.js"
import { Walker } from "./walker.js"

export type Inputs = Readonly<Record<string, RawTensor>>

/** A result: its type and shape, and its bytes when they are asked for. */
export interface TraceOutput {
  readonly tensor: Tensor
  read(into: Uint8Array): void
}

/**
 * A model made ready for inputs of certain shapes. Where shapes depend on data, it is made of segments: what decides them
 * is computed and read back, and the rest is planned for what was found.
 */
export interface Trace {
  /** Computes again. Undefined when what decides shapes is other than it was: the model has to be traced anew. */
  run(inputs: Inputs): ReadonlyMap<string, TraceOutput> | undefined
  /** Kernels that the latest run has launched. */
  readonly launches: number
  release(): void
}

/** Segments of one trace: each is planned by itself, and loops whose condition is computed have one an iteration. */
const mostSegments = 2 ** 11

/** Elements that shapes were made by. */
interface Guard {
  readonly tensor: Tensor
  readonly elements: Elements
}

interface Segment {
  readonly plan: CompiledPlan
  readonly guards: readonly Guard[]
}

/** Traces a model, and computes it for these inputs on the way. */
export async function traceModel(
  workshop: Workshop,
  model: OnnxModel,
  inputs: Inputs,
  outputs: readonly string[],
  signal?: AbortSignal,
): Promise<{ readonly trace: Trace; readonly results: ReadonlyMap<string, TraceOutput> }> {
  const { queue } = workshop.place
  const segments: Segment[] = []
  const buffers = new Map<Tensor, DeviceBuffer>()
  const inputGuards: Guard[] = []
  const inputTensors = new Map<string, Tensor>()
  const weights = new Map<OnnxTensor, Tensor>()
  let given = inputs
  let launches = 0

  for (const [name, { type, shape }] of Object.entries(inputs)) {
    if (!isTensorType(type)) throw new TypeError(`The engine has no tensors of ${type}.`)
    inputTensors.set(name, makeTensor(type, shape, { kind: "input", name }))
  }

  const readBack = (tensor: Tensor, buffer: DeviceBuffer): Elements => {
    const bytes = new Uint8Array(byteLengthOf(tensor))
    if (bytes.length > 0) buffer.readSync(queue, bytes)
    return elementsOf(tensor.type, bytes)
  }

  const builder: Builder = new Builder(async (tensor, held) => {
    const { origin } = tensor
    if (origin.kind === "input") {
      const elements = elementsOf(tensor.type, given[origin.name]?.data as Uint8Array)
      inputGuards.push({ tensor, elements })
      return elements
    }
    if (origin.kind === "weight") return elementsOf(tensor.type, await workshop.weights.bytes(origin.data))
    signal?.throwIfAborted()
    return computeNow(tensor, held)
  })
  const walker = new Walker(model, builder, (tensor) => {
    const known = weights.get(tensor)
    if (known !== undefined) return known
    const made = weightTensor(tensor, workshop.weights.known(tensor))
    weights.set(tensor, made)
    return made
  })

  /** Runs what `tensor` needs, and leaves on the device what else of that will be used. */
  async function computeNow(tensor: Tensor, held: readonly Tensor[]): Promise<Elements> {
    const segment = buffers.get(tensor)
    if (segment !== undefined) {
      const elements = readBack(tensor, segment)
      const last = segments.pop() as Segment
      segments.push({ ...last, guards: [...last.guards, { tensor, elements }] })
      return elements
    }
    if (segments.length >= mostSegments) {
      const problem = `Data decides more than ${mostSegments} times how the model goes on: the OpenCL engine stops there.`
      throw new StrongroomError("backend-failed", problem)
    }
    const needed = operationsFor(builder.operations, tensor)
    const rest = builder.operations.filter((operation) => !needed.has(operation))
    const used = new Set([...rest.flatMap((operation) => operation.inputs), ...walker.live(), ...held])
    const kept = [...needed].flatMap(({ outputs }) => outputs.filter((output) => output !== tensor && used.has(output)))
    const roots = [tensor, ...kept]
    const plan = await compilePlan(workshop, lower([...needed], roots), roots, buffers)
    start(plan)
    const elements = readBack(tensor, plan.bufferOf(tensor))
    segments.push({ plan, guards: [{ tensor, elements }] })
    for (const root of roots) {
      buffers.set(root, plan.bufferOf(root))
      root.origin = { kind: "segment" }
    }
    // What isn't kept is computed again if it turns out that an operator holds it.
    const left = builder.operations.filter(({ outputs }) => outputs.some(({ origin }) => origin.kind === "operation"))
    builder.operations.splice(0, builder.operations.length, ...left)
    return elements
  }

  function start(plan: CompiledPlan): void {
    for (const [name, tensor] of inputTensors) {
      const buffer = plan.bufferOf(tensor)
      const bytes = given[name]?.data as Uint8Array
      if (buffer !== undefined && bytes.length > 0) buffer.writeSync(queue, bytes)
    }
    plan.launch()
    launches += plan.launches
  }

  const release = () => {
    for (const { plan } of segments.splice(0)) plan.release()
  }

  try {
    const results = await walker.run(inputTensors)
    const names = model.graph.outputs.map(({ name }) => name)
    const wanted = new Map(outputs.map((name) => [name, results[names.indexOf(name)] as Tensor]))
    const roots = [...new Set(wanted.values())].filter(
      (tensor) => tensor.elements === undefined && !buffers.has(tensor),
    )
    const plan = await compilePlan(workshop, lower(builder.operations, roots), roots, buffers)
    segments.push({ plan, guards: [] })
    start(plan)
    const read = new Map(
      [...wanted].map(([name, tensor]): [string, TraceOutput] => [
        name,
        {
          tensor,
          read(into) {
            if (into.length === 0) return
            if (tensor.elements !== undefined) into.set(bytesOf(tensor.type, tensor.elements))
            else (buffers.get(tensor) ?? plan.bufferOf(tensor)).readSync(queue, into)
          },
        },
      ]),
    )
    const trace: Trace = {
      get launches() {
        return launches
      },
      run(next) {
        given = next
        launches = 0
        for (const { tensor, elements } of inputGuards) {
          const { name } = tensor.origin as { name: string }
          if (!sameElements(elements, elementsOf(tensor.type, next[name]?.data as Uint8Array))) return undefined
        }
        for (const { plan: one, guards } of segments) {
          start(one)
          for (const { tensor, elements } of guards) {
            if (!sameElements(elements, readBack(tensor, buffers.get(tensor) as DeviceBuffer))) return undefined
          }
        }
        return read
      },
      release,
    }
    return { trace, results: read }
  } catch (error) {
    release()
    throw error
  }
}

function weightTensor({ type, shape, data }: OnnxTensor, known: Uint8Array | undefined): Tensor {
  if (!isTensorType(type)) {
    const name = type === "other" ? "this type" : type
    throw new StrongroomError("backend-failed", `The OpenCL engine has no tensors of ${name}.`)
  }
  if (known === undefined) return makeTensor(type, shape, { kind: "weight", data })
  return makeTensor(type, shape, { kind: "elements" }, elementsOf(type, known))
}

/** What `tensor` is computed by, of `operations`, in their order. */
function operationsFor(operations: readonly Operation[], tensor: Tensor): ReadonlySet<Operation> {
  const needed = new Set<Operation>()
  const add = ({ origin }: Tensor) => origin.kind === "operation" && needed.add(origin.operation)
  add(tensor)
  for (const operation of [...operations].reverse()) if (needed.has(operation)) operation.inputs.forEach(add)
  return new Set(operations.filter((operation) => needed.has(operation)))
}

const sameElements = (a: Elements, b: Elements) =>
  a.length === b.length && a.every((value, index) => Object.is(value, b[index]))
