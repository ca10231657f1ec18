import { type RawTensor, StrongroomError } from "@strongroom/core/backend"
import type { Device, DeviceBuffer } from "@strongroom/opencl/objects"
import { Builder } from "../graph/builder.js"
import { bytesOf, type Elements, elementsOf } from "../graph/elements.js"
import type { Operation } from "../graph/operation.js"
import { byteLengthOf, isConstant, makeTensor, type Origin, type Tensor } from "../graph/tensor.js"
import { isTensorType } from "../graph/tensor-type.js"
import type { KernelDevice } from "../kernels/kernel-device.js"
import { isKnownOnHost } from "../onnx/detach.js"
import type { OnnxModel, OnnxTensor } from "../onnx/model.js"
import { kernelDevice, lower } from "../plan/lower.js"
import { type CompiledPlan, compilePlan } from "./compiled-plan.js"
import { Walker } from "./walker.js"
import type { Workshop } from "./workshop.js"

export type Inputs = Readonly<Record<string, RawTensor>>

/** What is known of inputs before there are any. */
export type Shapes = Readonly<Record<string, Pick<RawTensor, "type" | "shape">>>

/** A result: its type and shape, and the bytes of the latest run. */
export interface TraceOutput {
  readonly tensor: Tensor
  read(into: Uint8Array): void
}

/**
 * A model made ready for inputs of certain shapes. Where shapes depend on data, it is made of segments: what decides them
 * is computed and read back, and the rest is planned for what was found.
 */
export interface Trace {
  readonly outputs: ReadonlyMap<string, TraceOutput>
  /** Computes the outputs. False when what decides shapes is other than it was: the model has to be traced anew. */
  run(inputs: Inputs): boolean
  /** Kernels that the latest run has launched. */
  readonly launches: number
  /** Memory that what a run computes on the way lies in. */
  readonly activationBytes: number
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

/** Why a model can't be prepared without inputs. */
class DependsOnData extends Error {}

/** Traces a model, and computes it for these inputs on the way. */
export async function traceModel(
  workshop: Workshop,
  model: OnnxModel,
  inputs: Inputs,
  outputs: readonly string[],
): Promise<Trace> {
  return new Tracer(workshop, model, inputs, inputs).trace(outputs)
}

/** Traces a model before there are inputs; undefined where shapes depend on what is in them. */
export async function prepareTrace(
  workshop: Workshop,
  model: OnnxModel,
  shapes: Shapes,
  outputs: readonly string[],
): Promise<Trace | undefined> {
  try {
    return await new Tracer(workshop, model, shapes, undefined).trace(outputs)
  } catch (error) {
    if (error instanceof DependsOnData) return undefined
    throw error
  }
}

class Tracer {
  readonly #workshop: Workshop
  readonly #model: OnnxModel
  readonly #device: KernelDevice
  readonly #builder: Builder
  readonly #walker: Walker
  readonly #inputs: ReadonlyMap<string, Tensor>
  readonly #segments: Segment[] = []
  /** What segments have left on the device. */
  readonly #buffers = new Map<Tensor, DeviceBuffer>()
  readonly #inputGuards: Guard[] = []
  /** Of the run that is traced, or the latest. */
  #given: Inputs | undefined
  #launches = 0

  constructor(workshop: Workshop, model: OnnxModel, shapes: Shapes, given: Inputs | undefined) {
    this.#workshop = workshop
    this.#model = model
    this.#given = given
    this.#device = kernelDevice(workshop.place.context.devices[0] as Device, workshop.place.kernels)
    this.#inputs = new Map(
      Object.entries(shapes).map(([name, { type, shape }]) => [name, inputTensor(name, type, shape)]),
    )
    this.#builder = new Builder((tensor, held) => this.#elements(tensor, held))
    this.#walker = new Walker(model, this.#builder, weightTensor)
  }

  async trace(names: readonly string[]): Promise<Trace> {
    try {
      const results = await this.#walker.run(this.#inputs)
      const order = this.#model.graph.outputs.map(({ name }) => name)
      const wanted = new Map(names.map((name) => [name, results[order.indexOf(name)] as Tensor]))
      const isLeft = ({ origin }: Tensor) => origin.kind !== "elements" && origin.kind !== "segment"
      const roots = [...new Set(wanted.values())].filter(isLeft)
      const plan = await this.#compile(this.#builder.operations, roots)
      this.#segments.push({ plan, guards: [] })
      if (this.#given !== undefined) this.#start(plan, this.#given)
      const bufferOf = (tensor: Tensor) => this.#buffers.get(tensor) ?? plan.bufferOf(tensor)
      return this.#made(new Map([...wanted].map(([name, tensor]) => [name, this.#output(tensor, bufferOf)])))
    } catch (error) {
      this.#release()
      throw error
    }
  }

  #made(outputs: ReadonlyMap<string, TraceOutput>): Trace {
    const launches = () => this.#launches
    return {
      outputs,
      get launches() {
        return launches()
      },
      activationBytes: this.#segments.reduce((sum, { plan }) => sum + plan.activationBytes, 0),
      run: (inputs) => this.#again(inputs),
      release: () => this.#release(),
    }
  }

  #output(tensor: Tensor, bufferOf: (tensor: Tensor) => DeviceBuffer): TraceOutput {
    return {
      tensor,
      read: (into) => {
        if (into.length === 0) return
        if (tensor.origin.kind === "elements") into.set(bytesOf(tensor.type, tensor.elements as Elements))
        else bufferOf(tensor).readSync(this.#workshop.place.queue, into)
      },
    }
  }

  #again(inputs: Inputs): boolean {
    this.#given = inputs
    this.#launches = 0
    for (const { tensor, elements } of this.#inputGuards) {
      if (!sameElements(elements, this.#inputElements(tensor, inputs))) return false
    }
    for (const { plan, guards } of this.#segments) {
      this.#start(plan, inputs)
      for (const { tensor, elements } of guards) {
        if (!sameElements(elements, this.#readBack(tensor))) return false
      }
    }
    return true
  }

  #start(plan: CompiledPlan, inputs: Inputs): void {
    for (const [name, tensor] of this.#inputs) {
      const buffer = plan.bufferOf(tensor)
      const bytes = inputs[name]?.data as Uint8Array
      if (buffer !== undefined && bytes.length > 0) buffer.writeSync(this.#workshop.place.queue, bytes)
    }
    plan.launch()
    this.#launches += plan.launches
  }

  /** What shapes are made by, which from then on is known, and must be the same in every run of this trace. */
  async #elements(tensor: Tensor, held: readonly Tensor[]): Promise<Elements> {
    tensor.elements = await this.#find(tensor, held)
    return tensor.elements
  }

  async #find(tensor: Tensor, held: readonly Tensor[]): Promise<Elements> {
    const { origin } = tensor
    if (origin.kind === "weight") return elementsOf(tensor.type, await this.#workshop.weights.bytes(origin.data))
    if (origin.kind === "input") {
      if (this.#given === undefined) throw new DependsOnData()
      const elements = this.#inputElements(tensor, this.#given)
      this.#inputGuards.push({ tensor, elements })
      return elements
    }
    if (this.#given === undefined && !isConstant(tensor)) throw new DependsOnData()
    if (origin.kind === "operation") await this.#computeNow(tensor, held)
    const elements = this.#readBack(tensor)
    const last = this.#segments.pop() as Segment
    this.#segments.push({ ...last, guards: [...last.guards, { tensor, elements }] })
    return elements
  }

  /** Runs what `tensor` needs, and leaves on the device what else of that will be used. */
  async #computeNow(tensor: Tensor, held: readonly Tensor[]): Promise<void> {
    if (this.#segments.length >= mostSegments) {
      const problem = `Data decides more than ${mostSegments} times how the model goes on: the OpenCL engine stops there.`
      throw new StrongroomError("backend-failed", problem)
    }
    const { operations } = this.#builder
    const needed = operationsFor(operations, tensor)
    const rest = operations.filter((operation) => !needed.has(operation))
    const used = new Set([...rest.flatMap((operation) => operation.inputs), ...this.#walker.live(), ...held])
    const kept = [...needed].flatMap(({ outputs }) => outputs.filter((output) => output !== tensor && used.has(output)))
    const roots = [tensor, ...kept]
    const plan = await this.#compile([...needed], roots)
    this.#segments.push({ plan, guards: [] })
    // What is constant needs no inputs.
    this.#start(plan, this.#given ?? {})
    for (const root of roots) {
      this.#buffers.set(root, plan.bufferOf(root))
      // What is constant stays what it is computed by: steps that are the same in every run read it.
      if (!isConstant(root)) root.origin = { kind: "segment" }
    }
    // What isn't kept is computed again if it turns out that an operator holds it.
    const left = operations.filter(({ outputs }) => outputs.some(({ origin }) => origin.kind === "operation"))
    operations.splice(0, operations.length, ...left)
  }

  async #compile(operations: readonly Operation[], roots: readonly Tensor[]): Promise<CompiledPlan> {
    const { place, tuning } = this.#workshop
    // Vectors begin at multiples of their own length.
    const alignment = Math.max(64, place.context.devices[0]?.subBufferAlignment ?? 0)
    const lowered = () => lower(this.#device, alignment, operations, roots, tuning.tuning)
    const first = lowered()
    const lowering = (await tuning.learn()) ? lowered() : first
    return compilePlan(this.#workshop, lowering, roots, this.#buffers)
  }

  #readBack(tensor: Tensor): Elements {
    const bytes = new Uint8Array(byteLengthOf(tensor))
    if (bytes.length > 0) (this.#buffers.get(tensor) as DeviceBuffer).readSync(this.#workshop.place.queue, bytes)
    return elementsOf(tensor.type, bytes)
  }

  #inputElements({ type, origin }: Tensor, inputs: Inputs): Elements {
    return elementsOf(type, inputs[(origin as Extract<Origin, { kind: "input" }>).name]?.data as Uint8Array)
  }

  #release(): void {
    for (const { plan } of this.#segments.splice(0)) plan.release()
  }
}

function inputTensor(name: string, type: string, shape: readonly number[]): Tensor {
  if (isTensorType(type)) return makeTensor(type, shape, { kind: "input", name })
  throw new StrongroomError("backend-failed", `The OpenCL engine has no tensors of ${type}.`)
}

function weightTensor(tensor: OnnxTensor): Tensor {
  const { type, shape, data } = tensor
  if (!isTensorType(type)) {
    const name = type === "other" ? "this type" : type
    throw new StrongroomError("backend-failed", `The OpenCL engine has no tensors of ${name}.`)
  }
  if (!("bytes" in data && isKnownOnHost(tensor))) return makeTensor(type, shape, { kind: "weight", data })
  return makeTensor(type, shape, { kind: "elements" }, elementsOf(type, data.bytes))
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
