import { type RawTensor, StrongroomError } from "@strongroom/core/backend"
import type { Device } from "@strongroom/opencl/objects"
import { Builder } from "../graph/builder.js"
import { type Elements, elementsOf } from "../graph/elements.js"
import type { Operation } from "../graph/operation.js"
import { isConstant, makeTensor, type Tensor } from "../graph/tensor.js"
import { isTensorType } from "../graph/tensor-type.js"
import { isKnownOnHost } from "../onnx/detach.js"
import type { OnnxModel, OnnxTensor } from "../onnx/model.js"
import { alignmentOf, kernelDevice, lower } from "../plan/lower.js"
import type { Lowering } from "../plan/lowering.js"
import { type CompiledPlan, compilePlan } from "./compiled-plan.js"
import { type PlanRecord, recordedPlan, recordOf } from "./plan-record.js"
import { type Inputs, RunningTrace, type Trace } from "./running-trace.js"
import { Walker } from "./walker.js"
import type { Workshop } from "./workshop.js"

/** What is known of inputs before there are any. */
export type Shapes = Readonly<Record<string, Pick<RawTensor, "type" | "shape">>>

/** Segments of one trace: each is planned by itself, and loops whose condition is computed have one an iteration. */
const mostSegments = 2 ** 11

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

/** What was planned before, made ready: neither the model's graph nor inputs are needed. */
export async function recordedTrace(workshop: Workshop, record: PlanRecord): Promise<Trace> {
  const { planned, inputs, outputs, roots } = recordedPlan(record)
  const running = new RunningTrace(workshop.place, inputs)
  const plan = await compilePlan(workshop, planned, roots, running.buffers)
  running.add(plan)
  return running.made(outputs, plan, record)
}

class Tracer {
  readonly #workshop: Workshop
  readonly #model: OnnxModel
  readonly #device: Device
  readonly #builder: Builder
  readonly #walker: Walker
  readonly #inputs: ReadonlyMap<string, Tensor>
  readonly #running: RunningTrace

  constructor(workshop: Workshop, model: OnnxModel, shapes: Shapes, given: Inputs | undefined) {
    this.#workshop = workshop
    this.#model = model
    this.#device = workshop.place.context.devices[0] as Device
    this.#inputs = new Map(
      Object.entries(shapes).map(([name, { type, shape }]) => [name, inputTensor(name, type, shape)]),
    )
    this.#running = new RunningTrace(workshop.place, this.#inputs, given)
    this.#builder = new Builder((tensor, held) => this.#elements(tensor, held))
    this.#walker = new Walker(model, this.#builder, weightTensor)
  }

  async trace(names: readonly string[]): Promise<Trace> {
    const running = this.#running
    try {
      const results = await this.#walker.run(this.#inputs)
      const order = this.#model.graph.outputs.map(({ name }) => name)
      const outputs = new Map(names.map((name) => [name, results[order.indexOf(name)] as Tensor]))
      const isLeft = ({ origin }: Tensor) => origin.kind !== "elements" && origin.kind !== "segment"
      const roots = [...new Set(outputs.values())].filter(isLeft)
      const planned = await this.#lower(this.#builder.operations, roots)
      const plan = await this.#compile(planned, roots)
      const isRecorded = running.isWhole && !this.#builder.varies
      const record = isRecorded ? recordOf({ planned, inputs: this.#inputs, outputs, roots }) : undefined
      if (running.given !== undefined) running.start(plan, running.given)
      return running.made(outputs, plan, record)
    } catch (error) {
      running.release()
      throw error
    }
  }

  /** What shapes are made by, which from then on is known, and must be the same in every run of this trace. */
  async #elements(tensor: Tensor, held: readonly Tensor[]): Promise<Elements> {
    tensor.elements = await this.#find(tensor, held)
    return tensor.elements
  }

  async #find(tensor: Tensor, held: readonly Tensor[]): Promise<Elements> {
    const { origin } = tensor
    if (origin.kind === "weight") return elementsOf(tensor.type, await this.#workshop.weights.bytes(origin.data))
    const { given } = this.#running
    if (origin.kind === "input") {
      if (given === undefined) throw new DependsOnData()
      return this.#running.guardInput(tensor, given)
    }
    if (given === undefined && !isConstant(tensor)) throw new DependsOnData()
    if (origin.kind === "operation") await this.#computeNow(tensor, held)
    return this.#running.guardComputed(tensor)
  }

  /** Runs what `tensor` needs, and leaves on the device what else of that will be used. */
  async #computeNow(tensor: Tensor, held: readonly Tensor[]): Promise<void> {
    if (this.#running.segments >= mostSegments) {
      const problem = `Data decides more than ${mostSegments} times how the model goes on: the OpenCL engine stops there.`
      throw new StrongroomError("backend-failed", problem)
    }
    const { operations } = this.#builder
    const needed = operationsFor(operations, tensor)
    const rest = operations.filter((operation) => !needed.has(operation))
    const used = new Set([...rest.flatMap((operation) => operation.inputs), ...this.#walker.live(), ...held])
    const kept = [...needed].flatMap(({ outputs }) => outputs.filter((output) => output !== tensor && used.has(output)))
    const roots = [tensor, ...kept]
    const plan = await this.#compile(await this.#lower([...needed], roots), roots)
    // What is constant needs no inputs.
    this.#running.start(plan, this.#running.given ?? {})
    for (const root of roots) {
      this.#running.buffers.set(root, plan.bufferOf(root))
      // What is constant stays what it is computed by: steps that are the same in every run read it.
      if (!isConstant(root)) root.origin = { kind: "segment" }
    }
    // What isn't kept is computed again if it turns out that an operator holds it.
    const left = operations.filter(({ outputs }) => outputs.some(({ origin }) => origin.kind === "operation"))
    operations.splice(0, operations.length, ...left)
  }

  async #lower(operations: readonly Operation[], roots: readonly Tensor[]): Promise<Lowering> {
    const { place, tuning } = this.#workshop
    const [device, alignment] = [kernelDevice(this.#device, place.kernels), alignmentOf(this.#device)]
    const lowered = () => lower(device, alignment, operations, roots, tuning.tuning)
    const first = lowered()
    return (await tuning.learn()) ? lowered() : first
  }

  async #compile(planned: Lowering, roots: readonly Tensor[]): Promise<CompiledPlan> {
    const plan = await compilePlan(this.#workshop, planned, roots, this.#running.buffers)
    this.#running.add(plan)
    return plan
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
